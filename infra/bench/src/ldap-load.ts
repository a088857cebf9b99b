// The load of the LDAP bench, as its own process is asked for it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface LoadOrder {
  host: string;
  port: number;
  /** Octets in base64. */
  bind: string;
  requests: readonly string[];
  /** That each of them is answered with. */
  entries: number;
  connections: number;
  warmUpMs: number;
  milliseconds: number;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
  /** Requests in all, with those before the measuring began. */
  sent: number;
  /** Of a core, that the client itself took: near 1 it would be the client that is measured. */
  clientShare: number;
}

export class LdapLoad implements Disposable {
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(new URL('ldap-load-process.ts', import.meta.url), { stdio: 'inherit' });
  }

  run(order: LoadOrder): Promise<LoadResult> {
    return this.#ask(order);
  }

  /** From now on that many connections are open that say nothing. */
  async hold(host: string, port: number, count: number): Promise<void> {
    await this.#ask({ hold: count, host, port });
  }

  async #ask<Result>(order: object): Promise<Result> {
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
