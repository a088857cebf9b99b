// What the machine alone makes everybody wait: how late the timers of a process are that does nothing. A wait that is no
// longer than this is not the server's.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export class IdleControl implements Disposable {
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(new URL('idle-control-process.ts', import.meta.url), { stdio: 'inherit' });
  }

  /** The longest in milliseconds since it was asked last. */
  async worst(): Promise<number> {
    const answer = once(this.#process, 'message');
    this.#process.send('worst');
    const [worst] = (await answer) as [number];
    return worst;
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }
}
