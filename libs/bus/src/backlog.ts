// What a step's queue still holds: the reconciler compares it with the rows to find mails that lost their event.
import type { Bus } from './bus.ts';
import type { Step } from './filter-order.ts';
import { ensureStreams } from './streams.ts';
import { stepSubject } from './subjects.ts';

const NO_MESSAGE_FOUND = 10_037;

export interface Backlog {
  /** Everything published before is gone. */
  streamCreatedAt: Date;
  /** When the oldest message still held was published; null when none is held. */
  oldestHeldAt: Date | null;
}

/** Asks the stream; creates it when it is missing. Throws when the bus is away. */
export async function backlog(bus: Bus, step: Step): Promise<Backlog> {
  const manager = await bus.manager();
  await ensureStreams(manager);
  const { created } = await manager.streams.info('MAIL');
  return { streamCreatedAt: new Date(created), oldestHeldAt: await oldestHeld(bus, step) };
}

async function oldestHeld(bus: Bus, step: Step): Promise<Date | null> {
  const manager = await bus.manager();
  try {
    // The first message from sequence 1 on with this subject; the client's types lack this form of the request.
    const first = { seq: 1, next_by_subj: stepSubject(step).name };
    const message = await manager.streams.getMessage('MAIL', first);
    return message === null ? null : message.time;
  } catch (error) {
    if ((error as { code?: number }).code === NO_MESSAGE_FOUND) return null;
    throw error;
  }
}
