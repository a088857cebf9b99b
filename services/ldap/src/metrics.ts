// The numbers of this service, as OpenTelemetry instruments.
import { type Counter, metrics as api, type Meter, type UpDownCounter } from '@opentelemetry/api';

export interface Metrics {
  sessions: Counter;
  openSessions: UpDownCounter;
  operations: OperationCounts;
  /** By outcome. */
  logins: Counter;
  sentEntries: { add(count: number): void };
  sentBytes: Counter;
}

/**
 * Operations by kind and result code, and entries that were sent. Of a search that takes some ten microseconds an instrument that
 * is told each time would be a good part: it asks for the sums instead, when somebody collects them.
 */
class OperationCounts {
  readonly #counts = new Map<number, number>();

  constructor(meter: Meter) {
    const description = 'operations by kind and result code';
    meter.createObservableCounter('ldap.operations', { description }).addCallback((result) => {
      for (const [key, count] of this.#counts) {
        result.observe(count, { operation: Math.floor(key / CODES).toString(16), code: key % CODES });
      }
    });
  }

  /** `tag` of the request, and the code of its result. */
  add(tag: number, code: number): void {
    const key = tag * CODES + code;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}

/** RFC 4511 §4.1.9: result codes are below it. */
const CODES = 1 << 16;

function sumOf(meter: Meter, name: string, description: string): { add(count: number): void } {
  let sum = 0;
  meter.createObservableCounter(name, { description }).addCallback((result) => result.observe(sum));
  return { add: (count) => void (sum += count) };
}

/** Instruments of the global meter; without one registered they count nothing. */
export function createMetrics(): Metrics {
  const meter = api.getMeter('ldap');
  return {
    sessions: meter.createCounter('ldap.sessions', { description: 'sessions begun' }),
    openSessions: meter.createUpDownCounter('ldap.sessions.open', { description: 'sessions open now' }),
    operations: new OperationCounts(meter),
    logins: meter.createCounter('ldap.logins', { description: 'log-ins by outcome' }),
    sentEntries: sumOf(meter, 'ldap.entries.sent', 'entries sent to clients'),
    sentBytes: meter.createCounter('ldap.sent.bytes', { unit: 'By', description: 'bytes sent to clients' }),
  };
}
