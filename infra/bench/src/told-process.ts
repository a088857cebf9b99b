// A process of the bench's own that is told what to do and answers: one order at a time.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export class ToldProcess implements Disposable {
  readonly #process: ChildProcess;

  constructor(program: URL) {
    this.#process = fork(program, { stdio: 'inherit' });
  }

  /** Throws what the process answers as `{ error }`. */
  async tell<Result>(order: object | string): Promise<Result> {
    const answer = once(this.#process, 'message');
    this.#process.send(order);
    const [result] = (await answer) as [Result | { error: string }];
    if (typeof result === 'object' && result !== null && 'error' in result) throw new Error(result.error);
    return result;
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }
}
