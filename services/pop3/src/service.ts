// The POP3 service: what it opens, in which order, and how it ends. A reader starts here.
import { connectBus, settingsLink } from '@pochtar/bus';
import { type Listeners, LoginGuard, type Service, type ServiceContext, TlsContexts } from '@pochtar/runtime';
import { openSettings } from '@pochtar/settings';
import { openBlobStore } from '@pochtar/store/blob';
import { openDatabase } from '@pochtar/store/db';
import { passwordVerifier } from '@pochtar/store/directory';
import { requireSchema } from '@pochtar/store/migrate';
import { readMasterKey, readSecret, settingsRows } from '@pochtar/store/settings';
import { watchAccounts } from './account-watch.ts';
import { Certificates } from './certificates.ts';
import { type Config, readConfig } from './config.ts';
import { followSettings } from './follow-settings.ts';
import { Leases } from './leases.ts';
import { openListeners } from './listeners.ts';
import { createMetrics } from './metrics.ts';
import { sections, type Server, SESSION_TIMES } from './server.ts';

export const service: Service<Config> = { name: 'pop3', config: readConfig, start };

/** How long a stopping process waits for commands under way. */
const DISMISS_MS = 5000;

/** Order matters: nothing listens before every section it uses has been read and certificates are loaded. */
export async function start(
  config: Config,
  context: ServiceContext,
): Promise<AsyncDisposable & { listeners: Listeners; server: Server }> {
  await using stack = new AsyncDisposableStack();
  const { server, settings, certificates } = await openServer(config, context, stack);
  const accounts = watchAccounts(server);
  stack.defer(() => accounts.stop());
  const listeners = stack.use(openListeners(server));
  stack.defer(await followSettings({ context, bus: server.bus, settings, listeners, certificates }));
  const opened = stack.move();
  return {
    listeners,
    server,
    async [Symbol.asyncDispose]() {
      await listeners[Symbol.asyncDispose]();
      await dismissAll(server);
      await opened[Symbol.asyncDispose]();
    },
  };
}

async function openServer(config: Config, context: ServiceContext, stack: AsyncDisposableStack) {
  const { log, instance, name } = context;
  const masterKey = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const db = stack.use(
    openDatabase({
      url: config.POCHTAR_POSTGRES_URL,
      passwordFile: config.POCHTAR_POSTGRES_PASSWORD_FILE,
      applicationName: name,
      onError: (error) => log.warn({ err: error }, 'a database connection broke'),
    }),
  );
  await requireSchema(db);
  const bus = stack.use(
    await connectBus({
      url: config.POCHTAR_NATS_URL,
      user: config.POCHTAR_NATS_USER,
      passwordFile: config.POCHTAR_NATS_PASSWORD_FILE,
      name,
      log,
    }),
  );
  const settings = stack.use(
    await openSettings({ sections, process: name, instance, ...settingsRows(db), ...settingsLink(bus), log }),
  );
  const blobs = stack.use(
    await openBlobStore({
      db,
      instance,
      log,
      secretFor: async (volumeId) => {
        const secret = await readSecret(db, masterKey, `volume.${volumeId}`);
        if (secret === null) throw new Error(`the key of storage volume ${volumeId} is not set`);
        return secret;
      },
    }),
  );
  const tls = new TlsContexts();
  const server: Server = {
    db,
    blobs,
    bus,
    settings,
    passwords: passwordVerifier(db),
    guard: new LoginGuard(() => settings.current('limits')),
    tls,
    leases: stack.use(new Leases(db, log)),
    log,
    metrics: createMetrics(),
    times: { ...SESSION_TIMES },
    sessions: new Set(),
  };
  return { server, settings, certificates: new Certificates(db, masterKey, tls) };
}

async function dismissAll({ sessions }: Server): Promise<void> {
  for (const session of sessions) session.dismiss('the process stops');
  const deadline = Date.now() + DISMISS_MS;
  while (sessions.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { socket } of sessions) socket.destroy();
}
