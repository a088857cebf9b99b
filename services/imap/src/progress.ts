// A client that waits for a long command is told how far it is (RFC 9585), and its connection does not look dead.
import type { Session } from './command.ts';

export class Progress {
  readonly #session: Session;
  readonly #tag: string;
  readonly #goal: number;
  #done = 0;
  #next: number;

  /** @param goal how many messages are to be looked at */
  constructor(session: Session, tag: string, goal: number) {
    this.#session = session;
    this.#tag = tag;
    this.#goal = goal;
    this.#next = performance.now() + session.server.times.progressMs;
  }

  /** So many more have been looked at. */
  async add(count: number): Promise<void> {
    this.#done += count;
    if (performance.now() < this.#next) return;
    this.#next = performance.now() + this.#session.server.times.progressMs;
    const { output } = this.#session;
    // RFC 9585 §3.1: what is done is less than what is to be done.
    if (this.#done >= this.#goal) return;
    output.text(`* OK [INPROGRESS ("${this.#tag}" ${this.#done} ${this.#goal})] still looking\r\n`);
    await output.flush();
  }
}
