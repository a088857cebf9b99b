// Whether the bus still takes events. A store that was removed under a running server leaves streams that "exist" and
// refuse every publish: they are made anew, and the reconciler publishes what the rows say. A store that is only full is
// left alone: its end is enough, and the process is unready until then.
import { setTimeout as delay } from 'node:timers/promises';
import { remakeStreams } from '@pochtar/bus';
import type { Tools } from './tools.ts';

/** No mail has this id: who consumes the event finds nothing to do. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';
const AGAIN_MS = 2000;
/** What nats-server says while there is no room: its own limits, or the disk's. */
const FULL = /maximum (?:bytes|messages)|insufficient|no space left|resource/i;

/** Resolves when the bus has taken an event. Throws when it takes none and nothing can be done about it here. */
export async function seeToBusStore(tools: Tools): Promise<void> {
  if (await takesEvents(tools)) return;
  // Once is no case: a server that has just started answers like this, too.
  await delay(AGAIN_MS);
  if (await takesEvents(tools)) return;
  const manager = await tools.bus.manager();
  tools.log.error('the bus refuses events although its streams are there: they are made anew');
  await remakeStreams(manager);
  await tools.bus.publishStep('deliver', NOBODY);
}

/** False: the server is there and refuses, for no reason that passes. */
async function takesEvents({ bus }: Tools): Promise<boolean> {
  try {
    await bus.publishStep('deliver', NOBODY);
    return true;
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'JetStreamApiError' || FULL.test(message)) throw error;
    return false;
  }
}
