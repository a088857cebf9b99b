// The numbers of this service, as OpenTelemetry instruments.
import { type Counter, metrics as api, type UpDownCounter } from '@opentelemetry/api';

export interface Metrics {
  sessions: Counter;
  openSessions: UpDownCounter;
  /** By kind and result code. */
  operations: Counter;
  /** By outcome. */
  logins: Counter;
  sentEntries: Counter;
  sentBytes: Counter;
}

/** Instruments of the global meter; without one registered they count nothing. */
export function createMetrics(): Metrics {
  const meter = api.getMeter('ldap');
  return {
    sessions: meter.createCounter('ldap.sessions', { description: 'sessions begun' }),
    openSessions: meter.createUpDownCounter('ldap.sessions.open', { description: 'sessions open now' }),
    operations: meter.createCounter('ldap.operations', { description: 'operations by kind and result code' }),
    logins: meter.createCounter('ldap.logins', { description: 'log-ins by outcome' }),
    sentEntries: meter.createCounter('ldap.entries.sent', { description: 'entries sent to clients' }),
    sentBytes: meter.createCounter('ldap.sent.bytes', { unit: 'By', description: 'bytes sent to clients' }),
  };
}
