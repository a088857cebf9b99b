// Where a remote recipient's mail is sent: the route of its domain, else the relay when there is one, else its own domain.
// Kept on the row, so that recipients of one far side are tried together; it follows the settings and the routes.
import { domainKey } from '@pochtar/mail';
import type { RelaySettings } from '@pochtar/settings';
import { redestine, remoteDomains } from '@pochtar/store/queue';
import type { Database } from '@pochtar/store/db';
import type { Target } from './remote/target.ts';
import type { RouteTable } from './routes/route-table.ts';

/** The destination of everything without a route while there is a relay; no domain is written like this. */
export const RELAY = 'relay:';
/** Of what a route takes, before the domain of the route; the claim in libs/store writes it too. */
const ROUTE = 'route:';

/** What decides where mail goes. */
export interface Ways {
  relay: Pick<RelaySettings, 'host'>;
  routes: RouteTable;
}

export function destinationOf(written: string, { relay, routes }: Ways): string {
  const domain = domainKey(written);
  const route = routes.of(domain);
  if (route !== null) return ROUTE + route.domain;
  return relay.host === '' ? domain : RELAY;
}

/** The domain of the route that a destination names; null: it names none. */
export function routeOf(destination: string): string | null {
  return destination.startsWith(ROUTE) ? destination.slice(ROUTE.length) : null;
}

/** What mail for a destination is sent to; null: it leads nowhere any more. */
export function targetOf(
  destination: string,
  { relay, routes }: Ways & { relay: RelaySettings },
): Target | null {
  const name = routeOf(destination);
  if (name !== null) {
    const route = routes.named(name);
    return route && { kind: 'route', route };
  }
  if (destination !== RELAY) return { kind: 'mx', domain: destination };
  return relay.host === '' ? null : { kind: 'relay', relay };
}

const DOMAINS = 1000;
const SLICE = 1000;

/** Sends everything that waits the way that it goes now. */
export async function redestineAll(db: Database, ways: Ways): Promise<void> {
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof remoteDomains>> = await remoteDomains(db, after, DOMAINS);
    for (const { domain, destinations } of page) {
      const destination = destinationOf(domain, ways);
      if (destinations.every((one) => one === destination)) continue;
      while ((await redestine(db, domain, destination, SLICE)) === SLICE);
    }
    after = page.at(-1)?.domain ?? null;
    if (page.length < DOMAINS || after === null) return;
  }
}
