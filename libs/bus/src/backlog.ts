// What a step's queue still holds: the reconciler compares it with the rows to find mails that lost their event.
import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import type { Step } from './filter-order.ts';
import { ensureStreams, isMissing, stepConsumer } from './streams.ts';
import { stepSubject } from './subjects.ts';

const NO_MESSAGE_FOUND = 10_037;
/** Events in hand that are looked at; when there are more, the rest counts as waiting. */
const MAX_IN_HAND = 512;

export interface Backlog {
  /** Everything published before is gone. */
  streamCreatedAt: Date;
  /** When the oldest message that nobody has in hand was published; null when there is none. */
  oldestWaitingAt: Date | null;
  /** Mails whose event a consumer has in hand, however long. */
  inHand: ReadonlySet<string>;
}

/** Asks the stream; creates it when it is missing. Throws when the bus is away. */
export async function backlog(bus: Bus, step: Step): Promise<Backlog> {
  const manager = await bus.manager();
  await ensureStreams(manager);
  const { created } = await manager.streams.info('MAIL');
  const delivered = await lastDelivered(manager, step);
  const inHand = new Set<string>();
  let message = await nextHeld(manager, step, 1);
  for (let count = 0; message !== null && message.seq <= delivered && count < MAX_IN_HAND; count++) {
    for (const mail of mailsOf(message, step)) inHand.add(mail);
    message = await nextHeld(manager, step, message.seq + 1);
  }
  return { streamCreatedAt: new Date(created), oldestWaitingAt: message?.time ?? null, inHand };
}

/** The sequence up to which messages have been handed out; what of that is still held, a consumer has in hand. */
async function lastDelivered(manager: JetStreamManager, step: Step): Promise<number> {
  try {
    const { delivered } = await manager.consumers.info('MAIL', stepConsumer(step).durable_name);
    return delivered.stream_seq;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

/** The first message of the step's subject from a sequence on. */
export async function nextHeld(
  manager: JetStreamManager,
  step: Step,
  from: number,
): Promise<StoredMsg | null> {
  try {
    // The client's types lack this form of the request.
    const first = { seq: from, next_by_subj: stepSubject(step).name };
    return await manager.streams.getMessage('MAIL', first);
  } catch (error) {
    if ((error as { code?: number }).code === NO_MESSAGE_FOUND) return null;
    throw error;
  }
}

function mailsOf(message: StoredMsg, step: Step): string[] {
  try {
    return stepSubject(step).schema.parse(message.json()).mails;
  } catch {
    // Whoever takes it drops it.
    return [];
  }
}
