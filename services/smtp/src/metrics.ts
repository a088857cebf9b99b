// The numbers of this service, as OpenTelemetry instruments.
import { type Counter, type Histogram, metrics as api, type UpDownCounter } from '@opentelemetry/api';

export interface Metrics {
  /** Sessions that were greeted, by listener. */
  sessions: Counter;
  openSessions: UpDownCounter;
  /** Mails taken, by origin. */
  accepted: Counter;
  acceptedBytes: Counter;
  /** Refusals by stage (connect, auth, mail, rcpt, data) and reply code. */
  refused: Counter;
  /** Mails that shared a commit. */
  groupSize: Histogram;
  /** Seconds from the body being durable to the answer of the commit. */
  commitDuration: Histogram;
  /** Seconds from the end of data to the 250. */
  acceptDuration: Histogram;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60];

/** Instruments of the global meter; without one registered they count nothing. */
export function createMetrics(): Metrics {
  const meter = api.getMeter('smtp');
  const seconds = { unit: 's', advice: { explicitBucketBoundaries: SECONDS } };
  return {
    sessions: meter.createCounter('smtp.sessions', { description: 'sessions greeted' }),
    openSessions: meter.createUpDownCounter('smtp.sessions.open', { description: 'sessions open now' }),
    accepted: meter.createCounter('smtp.mails.accepted', { description: 'mails answered with 250' }),
    acceptedBytes: meter.createCounter('smtp.mails.bytes', { unit: 'By', description: 'bytes of these' }),
    refused: meter.createCounter('smtp.refusals', {
      description: 'replies of 4yz and 5yz by stage and code',
    }),
    groupSize: meter.createHistogram('smtp.commit.mails', {
      description: 'mails a commit',
      advice: { explicitBucketBoundaries: [1, 2, 4, 8, 16, 32, 64, 128] },
    }),
    commitDuration: meter.createHistogram('smtp.commit.duration', { ...seconds, description: 'commit' }),
    acceptDuration: meter.createHistogram('smtp.accept.duration', {
      ...seconds,
      description: 'end of data to 250',
    }),
  };
}
