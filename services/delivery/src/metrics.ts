// What delivery counts, for /metrics. Made after telemetry has started: counters of an earlier meter count nothing.
import { type Counter, metrics } from '@opentelemetry/api';

export interface DeliveryMetrics {
  plain: Counter;
  settled: Counter;
  sessions: Counter;
  republished: Counter;
}

export function deliveryMetrics(): DeliveryMetrics {
  const meter = metrics.getMeter('pochtar');
  const counter = (name: string, description: string): Counter => meter.createCounter(name, { description });
  return {
    plain: counter('pochtar_delivered_mails', 'mails that went to mailboxes in plain batches'),
    settled: counter(
      'pochtar_settled_recipients',
      'recipients by what became of them, plain batches excepted',
    ),
    sessions: counter('pochtar_remote_sessions', 'connections to other servers by result'),
    republished: counter('pochtar_republished_mails', 'mails whose lost event was published again'),
  };
}
