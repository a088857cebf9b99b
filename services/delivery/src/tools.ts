// What every part of delivery works with; made once in service.ts and handed down.
import type { BlockList } from 'node:net';
import type { AnswerTools } from '@pochtar/bus';
import type { Health, Logger, Resolver } from '@pochtar/runtime';
import type { LiveSettings, RelaySettings } from '@pochtar/settings';
import type { BlobStore } from '@pochtar/store/blob';
import type { Database } from '@pochtar/store/db';
import type { MasterKey } from '@pochtar/store/settings';
import type { DeliveryMetrics } from './metrics.ts';
import type { DeferredCount } from './deferred-count.ts';
import type { Ways } from './destination.ts';
import type { FollowedRoutes } from './routes/followed-routes.ts';
import type { RuleScripts } from './rules/run-script.ts';
import type { AddressOrder } from './remote/mx.ts';
import type { StsPolicies } from './remote/security/sts/policies.ts';
import type { TlsResults } from './remote/security/tls-results.ts';

/** The sections delivery uses. */
export const sections = ['general', 'queue', 'relay', 'dsn', 'misc', 'trace', 'dkim', 'quarantine'] as const;
export type Sections = (typeof sections)[number];

export interface Tools extends AnswerTools {
  /** This start of the process, as a sender: its leases and the notices that it makes are in this name. */
  sender: string;
  db: Database;
  /** Has connections of its own to Postgres, so that a body can be stored inside a transaction of `db`. */
  blobs: BlobStore;
  settings: LiveSettings<Sections>;
  resolver: Resolver;
  log: Logger;
  health: Health;
  metrics: DeliveryMetrics;
  deferred: DeferredCount;
  /** Of the recipients: mail rules. */
  rules: RuleScripts;
  /** How mail to other domains must be secured, and how it was. */
  security: { sts: StsPolicies; results: TlsResults };
  /** The far side's SMTP port for a domain. */
  remotePort: (domain: string) => number;
  /** Which of a host's addresses are tried, in which order. */
  addressOrder: AddressOrder;
  /** Networks that are not public and mail may be sent to all the same. */
  remoteNetworks: BlockList;
  /** Of the addresses by which forwarded mail comes back. */
  srsKey: Buffer;
  /** The relay's password, or null when none is set. Throws when it cannot be read. */
  relayPassword: () => Promise<string | null>;
  /** Of single domains. */
  routes: FollowedRoutes;
  /** The password of a route. */
  routePassword: (id: number) => Promise<string | null>;
  /** For a route that is saved. */
  masterKey: MasterKey;
}

/** Where mail goes now. */
export function waysOf({ settings, routes }: Tools): Ways & { relay: RelaySettings } {
  return { relay: settings.current('relay'), routes: routes.table };
}
