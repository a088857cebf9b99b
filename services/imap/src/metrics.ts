// The numbers of this service, as OpenTelemetry instruments.
import { type Counter, type Histogram, metrics as api, type UpDownCounter } from '@opentelemetry/api';

export interface Metrics {
  sessions: Counter;
  openSessions: UpDownCounter;
  /** By name and status. */
  commands: Counter;
  /** Seconds, by name. */
  commandDuration: Histogram;
  /** By outcome. */
  logins: Counter;
  appendedBytes: Counter;
  sentBytes: Counter;
  /** Changes told to sessions in IDLE. */
  wakes: Counter;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60];

/** Instruments of the global meter; without one registered they count nothing. */
export function createMetrics(): Metrics {
  const meter = api.getMeter('imap');
  return {
    sessions: meter.createCounter('imap.sessions', { description: 'sessions greeted' }),
    openSessions: meter.createUpDownCounter('imap.sessions.open', { description: 'sessions open now' }),
    commands: meter.createCounter('imap.commands', { description: 'commands by name and status' }),
    commandDuration: meter.createHistogram('imap.command.duration', {
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
      description: 'from the whole command to its tagged answer',
    }),
    logins: meter.createCounter('imap.logins', { description: 'log-ins by outcome' }),
    appendedBytes: meter.createCounter('imap.append.bytes', { unit: 'By', description: 'bytes of APPEND' }),
    sentBytes: meter.createCounter('imap.sent.bytes', { unit: 'By', description: 'bytes sent to clients' }),
    wakes: meter.createCounter('imap.idle.wakes', { description: 'changes told to sessions in IDLE' }),
  };
}
