// The numbers of this service, as OpenTelemetry instruments.
import { type Counter, metrics as api, type UpDownCounter } from '@opentelemetry/api';

export interface Metrics {
  sessions: Counter;
  openSessions: UpDownCounter;
  /** By name and outcome. */
  commands: Counter;
  /** By outcome. */
  logins: Counter;
  deletedMessages: Counter;
  sentBytes: Counter;
}

/** Instruments of the global meter; without one registered they count nothing. */
export function createMetrics(): Metrics {
  const meter = api.getMeter('pop3');
  return {
    sessions: meter.createCounter('pop3.sessions', { description: 'sessions greeted' }),
    openSessions: meter.createUpDownCounter('pop3.sessions.open', { description: 'sessions open now' }),
    commands: meter.createCounter('pop3.commands', { description: 'commands by name and outcome' }),
    logins: meter.createCounter('pop3.logins', { description: 'log-ins by outcome' }),
    deletedMessages: meter.createCounter('pop3.messages.deleted', {
      description: 'messages deleted at QUIT',
    }),
    sentBytes: meter.createCounter('pop3.sent.bytes', { unit: 'By', description: 'bytes sent to clients' }),
  };
}
