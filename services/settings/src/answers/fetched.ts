// A file that comes with a question, in pieces from who asks.
import { BusAway, type Bus, fetchPieces, type Offered } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';

/** Null when it did not come whole; `what` says in the log what that was. */
export async function fetched(
  { bus, log }: { bus: Bus; log: Logger },
  offer: Offered,
  maxBytes: number,
  what: string,
): Promise<Buffer | null> {
  try {
    return await fetchPieces(bus, offer, maxBytes);
  } catch (error) {
    if (error instanceof BusAway) throw error;
    log.warn({ err: error }, `${what} did not come whole`);
    return null;
  }
}
