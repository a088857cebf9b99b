// Where a remote recipient's mail is sent: the relay when there is one, else its own domain. Kept on the row, so
// that recipients of one far side are tried together; it follows the settings.
import type { RelaySettings } from '@pochtar/settings';
import { redestine } from '@pochtar/store/queue';
import type { Database } from '@pochtar/store/db';

/** The destination of everything while there is a relay; no domain is written like this. */
export const RELAY = 'relay:';

export function destinationOf(domain: string, relay: Pick<RelaySettings, 'host'>): string {
  return relay.host === '' ? domain : RELAY;
}

const SLICE = 1000;

/** Sends everything that waits the way the settings say now. */
export async function redestineAll(db: Database, relay: Pick<RelaySettings, 'host'>): Promise<void> {
  const destination = relay.host === '' ? null : RELAY;
  while ((await redestine(db, destination, SLICE)) === SLICE);
}
