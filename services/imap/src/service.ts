// The IMAP service: what it opens, in which order, and how it ends. A reader starts here.
import { connectBus, settingsLink } from '@pochtar/bus';
import {
  type IncomingConnection,
  Listeners,
  LoginGuard,
  networkSet,
  type Service,
  type ServiceContext,
  TlsContexts,
} from '@pochtar/runtime';
import { openSettings } from '@pochtar/settings';
import { openBlobStore } from '@pochtar/store/blob';
import { openDatabase } from '@pochtar/store/db';
import { passwordVerifier } from '@pochtar/store/directory';
import { requireSchema } from '@pochtar/store/migrate';
import { readMasterKey, readSecret, settingsRows } from '@pochtar/store/settings';
import { watchAccounts } from './account-watch.ts';
import { DiskSpace } from './append/disk-space.ts';
import { BodyMemory } from './append/incoming-message.ts';
import { loadCertificates } from './certificates.ts';
import { type Config, readConfig } from './config.ts';
import { wantedListeners } from './listeners.ts';
import { MailboxWatch } from './mailbox-watch.ts';
import { createMetrics } from './metrics.ts';
import { Bye } from './reply.ts';
import { sections, type Server, SESSION_TIMES } from './server.ts';
import { Session } from './session.ts';

export const service: Service<Config> = { name: 'imap', config: readConfig, start };

/** For messages of APPEND in memory, over all sessions. */
const BODY_MEMORY = 64 * 1024 * 1024;
/** How long a stopping process waits for commands under way. */
const DISMISS_MS = 5000;

/** Order matters: nothing listens before every section it uses has been read and certificates are loaded. */
export async function start(
  config: Config,
  context: ServiceContext,
): Promise<AsyncDisposable & { listeners: Listeners; server: Server }> {
  const { log, health } = context;
  await using stack = new AsyncDisposableStack();
  const { server, settings, masterKey } = await openServer(config, context, stack);
  const listeners = stack.use(openListeners(server));
  await settings.apply('accessEncryption', async (encryption) => {
    try {
      await loadCertificates(server.db, masterKey, server.tls, encryption);
    } finally {
      // What the old certificates serve is served.
      await listeners.reconcile(wantedListeners(settings.current('network'), encryption));
    }
  });
  await settings.apply('network', async (network) => {
    server.isWebmail = networkSet(network.webmailAddresses);
    server.isTrustedProxy = networkSet(network.trustedProxies);
    await listeners.reconcile(wantedListeners(network, settings.current('accessEncryption')));
  });
  const accounts = watchAccounts(server.bus, server.db, server.sessions, log);
  stack.defer(() => accounts.stop());
  health.report('imap', null);
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
  const { log, instance } = context;
  const masterKey = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const db = stack.use(
    openDatabase({
      url: config.POCHTAR_POSTGRES_URL,
      passwordFile: config.POCHTAR_POSTGRES_PASSWORD_FILE,
      applicationName: context.name,
      onError: (error) => log.warn({ err: error }, 'a database connection broke'),
    }),
  );
  await requireSchema(db);
  const bus = stack.use(
    await connectBus({
      url: config.POCHTAR_NATS_URL,
      user: config.POCHTAR_NATS_USER,
      passwordFile: config.POCHTAR_NATS_PASSWORD_FILE,
      name: context.name,
      log,
    }),
  );
  const settings = stack.use(
    await openSettings({
      sections,
      process: context.name,
      instance,
      ...settingsRows(db),
      ...settingsLink(bus),
      log,
    }),
  );
  const blobs = stack.use(
    await openBlobStore({
      db,
      instance,
      log,
      volumeId: () => Number(settings.current('general').storageVolume) || undefined,
      secretFor: async (volumeId) => {
        const secret = await readSecret(db, masterKey, `volume.${volumeId}`);
        if (secret === null) throw new Error(`the key of storage volume ${volumeId} is not set`);
        return secret;
      },
    }),
  );
  const spoolDirectory = config.POCHTAR_SPOOL_DIR;
  const disk = stack.use(
    new DiskSpace({
      volumeFreeBytes: () => blobs.freeBytes(),
      spoolDirectory,
      lowWater: () => settings.current('alerts').diskLowWaterMb * 1024 * 1024,
      log,
    }),
  );
  await disk.measure();
  const server: Server = {
    db,
    blobs,
    bus,
    settings,
    passwords: passwordVerifier(db),
    guard: new LoginGuard(() => settings.current('limits')),
    tls: new TlsContexts(),
    watch: stack.use(new MailboxWatch(bus, db, log)),
    disk,
    memory: new BodyMemory(BODY_MEMORY),
    spoolDirectory,
    isWebmail: networkSet(settings.current('network').webmailAddresses),
    isTrustedProxy: networkSet(settings.current('network').trustedProxies),
    log,
    metrics: createMetrics(),
    times: { ...SESSION_TIMES },
    sessions: new Set(),
  };
  return { server, settings, masterKey };
}

function openListeners(server: Server): Listeners {
  return new Listeners({
    log: server.log,
    tls: server.tls,
    limits: () => {
      const { sessionsPerAddress, sessionsTotal } = server.settings.current('limits');
      return { perAddress: sessionsPerAddress, total: sessionsTotal };
    },
    // All users of the web mail share its address.
    isExempt: (address) => server.isWebmail(address),
    refusal: () => '* BYE [UNAVAILABLE] too many connections\r\n',
    isTrustedProxy: (address) => server.isTrustedProxy(address),
    onConnection: (connection: IncomingConnection) => void new Session(server, connection).run(),
  });
}

async function dismissAll({ sessions }: Server): Promise<void> {
  for (const session of sessions) session.dismiss(new Bye('the server is stopping', 'UNAVAILABLE'));
  const deadline = Date.now() + DISMISS_MS;
  while (sessions.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { socket } of sessions) socket.destroy();
}
