// Ends a nats-server that lives and carries nothing any more, so that the supervisor starts it again. A disk that was full
// for a while does that to it: nats-server 2.9 (Debian 12) waits for ever for a lock of its file store, newer ones switch
// JetStream off until somebody starts them anew. Nothing exists only on the bus: its end costs a moment, never a mail.
//
// Left alone is a server that does not even greet (it hangs as a whole, and goes on when what stopped it lets go), and one
// whose disk is still full, since it would not come up.
import { setTimeout as delay } from 'node:timers/promises';
import { natsInfo } from '@pochtar/native';

/** stuck: it greets, and JetStream does not answer. full: so, and its disk has no room. away: it does not greet. */
export type BusState = 'works' | 'stuck' | 'full' | 'away';

export interface BusWatchOptions {
  look: () => Promise<BusState>;
  /** Ends the server at once: one that waits for a lock would not come to its end in good order. */
  end: () => void;
  everyMs?: number;
}

const EVERY_MS = 2000;
/** Looks in a row without an answer. Each waits some seconds: a machine under load is slow, not stuck. */
const STUCK_LOOKS = 3;

export function watchBus({ look, end, everyMs = EVERY_MS }: BusWatchOptions): AsyncDisposable {
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    for (let stuck = 0; !stopping.signal.aborted; ) {
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
      const state = await look();
      stuck = state === 'stuck' || state === 'full' ? stuck + 1 : 0;
      if (state !== 'stuck' || stuck < STUCK_LOOKS || stopping.signal.aborted) continue;
      end();
      stuck = 0;
    }
  };
  const watching = watch();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await watching;
    },
  };
}

export interface BusLook {
  port: number;
  /** Throws when JetStream does not answer. */
  askJetStream: () => Promise<unknown>;
  hasRoom: () => Promise<boolean>;
}

export async function lookAtBus({ port, askJetStream, hasRoom }: BusLook): Promise<BusState> {
  const answers = await askJetStream().then(
    () => true,
    () => false,
  );
  if (answers) return 'works';
  if ((await natsInfo('127.0.0.1', port)) === null) return 'away';
  return (await hasRoom()) ? 'stuck' : 'full';
}
