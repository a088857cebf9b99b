// The load of the LDAP bench, as its own process is asked for it.
import { ToldProcess } from './told-process.ts';

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

export class LdapLoad extends ToldProcess {
  constructor() {
    super(new URL('ldap-load-process.ts', import.meta.url));
  }

  run(order: LoadOrder): Promise<LoadResult> {
    return this.tell(order);
  }

  /** From now on that many connections are open that say nothing. */
  async hold(host: string, port: number, count: number): Promise<void> {
    await this.tell({ hold: count, host, port });
  }
}
