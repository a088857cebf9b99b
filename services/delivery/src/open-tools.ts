// Makes what every part of delivery works with: the store, the resolver, the secrets.
import { randomUUID } from 'node:crypto';
import type { Bus } from '@pochtar/bus';
import { createResolver, type ServiceContext } from '@pochtar/runtime';
import { openBlobs, openPool } from '@pochtar/service';
import type { LiveSettings } from '@pochtar/settings';
import { beginAudit } from '@pochtar/store/audit';
import { isStanding } from '@pochtar/store/directory';
import type { Database } from '@pochtar/store/db';
import { routePassword } from '@pochtar/store/queue';
import { derivedKey, readMasterKey, readSecret } from '@pochtar/store/settings';
import type { Config } from './config.ts';
import { DeferredCount } from './deferred-count.ts';
import { deliveryMetrics } from './metrics.ts';
import { RuleScripts } from './rules/run-script.ts';
import { StsPolicies } from './remote/security/sts/policies.ts';
import { TlsResults } from './remote/security/tls-results.ts';
import { FollowedRoutes } from './routes/followed-routes.ts';
import type { Sections, Tools } from './tools.ts';

/** Four connections a process: three for the queue, one for where bodies lie. */
export const QUEUE_CONNECTIONS = 3;
const BLOB_CONNECTIONS = 1;

export interface ToolParts {
  config: Config;
  context: ServiceContext;
  db: Database;
  bus: Bus;
  settings: LiveSettings<Sections>;
}

export async function openTools({
  config,
  context,
  db,
  bus,
  settings,
}: ToolParts): Promise<Tools & AsyncDisposable> {
  const { log, health } = context;
  await using stack = new AsyncDisposableStack();
  const masterKey = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const secret = async (name: string): Promise<string | null> =>
    readSecret(db, await readMasterKey(config.POCHTAR_MASTER_KEY_FILE), name);
  const blobs = stack.use(
    await openBlobs(config, context, {
      // Never the pool of the transactions that wait for a body: they would wait for each other.
      db: stack.use(openPool(config, context, BLOB_CONNECTIONS)),
    }),
  );
  const routes = stack.use(await FollowedRoutes.follow({ db, bus, log }));
  const resolver = createResolver({ servers: config.POCHTAR_DNS_SERVERS?.split(',') });
  const remoteNetworks = config.POCHTAR_REMOTE_NETWORKS;
  const sts = new StsPolicies({ db, log, resolver, remoteNetworks, port: config.POCHTAR_STS_PORT });
  const results = stack.use(new TlsResults(db, log));
  const opened = stack.move();
  return {
    sender: randomUUID(),
    db,
    blobs,
    bus,
    settings,
    log,
    health,
    metrics: deliveryMetrics(),
    deferred: new DeferredCount(),
    rules: new RuleScripts(),
    resolver,
    security: { sts, results },
    remotePort: config.POCHTAR_REMOTE_PORT,
    remoteNetworks,
    addressOrder: config.POCHTAR_REMOTE_ADDRESSES,
    audit: { begin: (entry) => beginAudit(db, entry) },
    isStanding: (asker) => isStanding(db, asker),
    srsKey: derivedKey(masterKey, 'srs'),
    relayPassword: () => secret('relay.password'),
    routes,
    routePassword: (id) => routePassword(db, masterKey, id),
    masterKey,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
