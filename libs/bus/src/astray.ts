// A consumer that has lost its place in the line. nats-server writes what a stream holds and how far a consumer came to
// different files: after a full disk, or a kill, the one may be older than the other. A consumer that is ahead of its
// stream passes over all that is published until the numbers meet again, and what it takes for done is never handed out;
// to whoever compares rows with the stream both look like events in hand. Made anew, it hands out everything that the
// stream holds: what comes a second time finds nothing to do.
import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from './bus.ts';
import { nextHeld } from './backlog.ts';
import type { Step } from './filter-order.ts';
import { isMissing, stepConsumer } from './streams.ts';

/** An acknowledged message may be there for a moment yet. */
const MOMENT_MS = 1000;

/** Why the consumer of a step was removed, for who consumes to make it anew; null: it knows its place. Throws when the bus is away. */
export async function removeIfAstray(bus: Bus, step: Step): Promise<string | null> {
  const reason = await astray(bus, step);
  if (reason === null) return null;
  const manager = await bus.manager();
  await manager.consumers.delete('MAIL', stepConsumer(step).durable_name);
  return reason;
}

async function astray(bus: Bus, step: Step): Promise<string | null> {
  const manager = await bus.manager();
  try {
    // First the consumer, then the stream: what is published meanwhile makes the stream longer only.
    const { ack_floor, delivered, num_ack_pending } = await manager.consumers.info(
      'MAIL',
      stepConsumer(step).durable_name,
    );
    const { state } = await manager.streams.info('MAIL');
    if (delivered.stream_seq > state.last_seq)
      return `it is at ${delivered.stream_seq} of a stream that ends at ${state.last_seq}`;
    const done = num_ack_pending === 0 ? delivered.stream_seq : ack_floor.stream_seq;
    const held = await nextHeld(manager, step, 1);
    if (held === null || held.seq > done) return null;
    await delay(MOMENT_MS);
    const again = await nextHeld(manager, step, 1);
    return again?.seq === held.seq ? `it is at ${done}, and ${held.seq} was never handed out` : null;
  } catch (error) {
    // Whoever consumes makes it.
    if (isMissing(error)) return null;
    throw error;
  }
}
