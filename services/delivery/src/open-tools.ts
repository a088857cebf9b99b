// Makes what every part of delivery works with: the store, the resolver, the secrets.
import type { Bus } from '@pochtar/bus';
import { createResolver, type ServiceContext } from '@pochtar/runtime';
import type { LiveSettings } from '@pochtar/settings';
import { openBlobStore } from '@pochtar/store/blob';
import { type Database, openDatabase } from '@pochtar/store/db';
import { readMasterKey, readSecret } from '@pochtar/store/settings';
import type { Config } from './config.ts';
import { deliveryMetrics } from './metrics.ts';
import type { Sections, Tools } from './tools.ts';

/** Four connections a process: three for the queue, one for where bodies lie. */
const QUEUE_CONNECTIONS = 3;
const BLOB_CONNECTIONS = 1;

export function openPool(config: Config, { log, name }: ServiceContext, max: number): Database {
  return openDatabase({
    url: config.POCHTAR_POSTGRES_URL,
    passwordFile: config.POCHTAR_POSTGRES_PASSWORD_FILE,
    applicationName: name,
    max,
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
  });
}

export function openQueuePool(config: Config, context: ServiceContext): Database {
  return openPool(config, context, QUEUE_CONNECTIONS);
}

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
  const { log, instance } = context;
  await using stack = new AsyncDisposableStack();
  const secret = async (name: string): Promise<string | null> =>
    readSecret(db, await readMasterKey(config.POCHTAR_MASTER_KEY_FILE), name);
  const blobs = stack.use(
    await openBlobStore({
      // Never the pool of the transactions that wait for a body: they would wait for each other.
      db: stack.use(openPool(config, context, BLOB_CONNECTIONS)),
      instance,
      log,
      volumeId: () => Number(settings.current('general').storageVolume) || undefined,
      secretFor: async (volumeId) => {
        const key = await secret(`volume.${volumeId}`);
        if (key === null) throw new Error(`the key of storage volume ${volumeId} is not set`);
        return key;
      },
    }),
  );
  const opened = stack.move();
  return {
    db,
    blobs,
    bus,
    settings,
    log,
    metrics: deliveryMetrics(),
    resolver: createResolver({ servers: config.POCHTAR_DNS_SERVERS?.split(',') }),
    remotePort: config.POCHTAR_REMOTE_PORT,
    relayPassword: () => secret('relay.password'),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
