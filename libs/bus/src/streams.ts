// The two streams and their durable consumers. Whoever notices that one is missing makes it again, so that a
// lost NATS data directory costs a delay and nothing else.
import {
  AckPolicy,
  type ConsumerConfig,
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  type StreamConfig,
  StorageType,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { Step } from './filter-order.ts';
import { stepSubject } from './subjects.ts';

export const ACK_WAIT_MS = 30_000;
const DAY_MS = 86_400_000;

type StreamShape = Partial<StreamConfig> & { name: string };

/** A work queue that refuses when it is full: the rows know the mails, the reconciler publishes them later. */
export const mailStream: StreamShape = {
  name: 'MAIL',
  subjects: ['mail.filter.*', 'mail.deliver'],
  retention: RetentionPolicy.Workqueue,
  storage: StorageType.File,
  discard: DiscardPolicy.New,
  max_bytes: 1024 ** 3,
  max_msg_size: 64 * 1024,
};

/** What happened, for whoever wants to know: a day of it. */
export const eventStream: StreamShape = {
  name: 'EVENTS',
  subjects: [
    'mail.refused',
    'mail.deferred',
    'mail.bounced',
    'mail.held',
    'directory.changed',
    'settings.changed',
    'task.*',
    'auth.failed',
  ],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  discard: DiscardPolicy.Old,
  max_age: nanos(DAY_MS),
  max_bytes: 1024 ** 3,
  max_msg_size: 64 * 1024,
};

/** The durable consumer of a step; replicas of a process share it. */
export function stepConsumer(step: Step): Partial<ConsumerConfig> & { durable_name: string } {
  return {
    durable_name: step === 'deliver' ? 'delivery' : `filter-${step}`,
    filter_subject: stepSubject(step).name,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: 2000,
    max_deliver: -1,
  };
}

/** Creates what is missing; leaves what exists. `replicas` 3 on a NATS cluster. */
export async function ensureStreams(manager: JetStreamManager, replicas = 1): Promise<void> {
  for (const stream of [mailStream, eventStream]) await ensureStream(manager, stream, replicas);
}

/**
 * Removes both streams and makes them anew: for a server whose store has lost files under it, where the stream still
 * "exists" and refuses every publish. Events are lost with it; whoever calls this publishes again what the rows say.
 */
export async function remakeStreams(manager: JetStreamManager, replicas = 1): Promise<void> {
  for (const stream of [mailStream, eventStream]) {
    try {
      await manager.streams.delete(stream.name);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  await ensureStreams(manager, replicas);
}

async function ensureStream(manager: JetStreamManager, stream: StreamShape, replicas: number): Promise<void> {
  try {
    await manager.streams.info(stream.name);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await manager.streams.add({ ...stream, num_replicas: replicas });
  }
}

/** Creates the step's consumer if it is missing, its stream as well. */
export async function ensureStepConsumer(manager: JetStreamManager, step: Step): Promise<void> {
  await ensureStreams(manager);
  const config = stepConsumer(step);
  try {
    await manager.consumers.info('MAIL', config.durable_name);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await manager.consumers.add('MAIL', config);
  }
}

/** JetStream's "stream not found" (10059), "consumer not found" (10014), or any other 404 of its API. */
export function isMissing(error: unknown): boolean {
  const { code, status } = error as { code?: number; status?: number };
  return code === 10_059 || code === 10_014 || status === 404 || code === 404;
}
