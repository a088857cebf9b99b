// How long a mail may take to come in. RFC 5321 §4.5.3.2.5 limits the time between two chunks; a client that sends an octet
// a minute needs a limit on all.
import type { PayloadSink, SessionLimits } from './protocol.ts';

export class DataWatch {
  readonly #limits: Pick<SessionLimits, 'dataMs' | 'dataBytesPerSecond'>;
  readonly #late: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: Pick<SessionLimits, 'dataMs' | 'dataBytesPerSecond'>, late: () => void) {
    this.#limits = limits;
    this.#late = late;
  }

  start(payload: PayloadSink, startedAt = Date.now()): void {
    const { dataMs, dataBytesPerSecond } = this.#limits;
    const allowedMs = dataMs + (payload.body.received / dataBytesPerSecond) * 1000;
    const left = startedAt + allowedMs - Date.now();
    if (left <= 0) return this.#late();
    this.#timer = setTimeout(() => this.start(payload, startedAt), left + 1).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
