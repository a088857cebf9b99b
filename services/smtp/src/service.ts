// The SMTP server, from its settings to its ports. A reader starts here; one mail goes on in smtp-connection.ts,
// commands/ and accept.ts.
import { type Bus, connectBus, directoryChanged, settingsLink } from '@pochtar/bus';
import { type Service, type ServiceContext, TlsContexts } from '@pochtar/runtime';
import { openSettings } from '@pochtar/settings';
import { openDatabase } from '@pochtar/store/db';
import { requireSchema } from '@pochtar/store/migrate';
import { readMasterKey, settingsRows } from '@pochtar/store/settings';
import { Certificates } from './certificates.ts';
import { type Config, readConfig } from './config.ts';
import { createDialogue } from './dialogue.ts';
import { followPorts } from './follow-ports.ts';
import { SmtpListeners } from './listeners.ts';
import { openTools } from './open-tools.ts';
import type { SessionLimits } from './protocol.ts';
import { sections, type Tools } from './tools.ts';

export const service: Service<Config> = { name: 'smtp', config: readConfig, start };

export interface StartOptions {
  limits?: Partial<SessionLimits>;
  graceMs?: number;
  /** How long a commit is repeated whose outcome is unknown. */
  repeatMs?: number;
}

/** Order matters: it does not listen before every section it uses has been read. */
export async function start(
  config: Config,
  context: ServiceContext,
  options: StartOptions = {},
): Promise<AsyncDisposable> {
  const { log, instance, name } = context;
  await using stack = new AsyncDisposableStack();
  const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
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
  const tools = stack.use(
    await openTools({ config, context, db, bus, settings, key, repeatMs: options.repeatMs }),
  );
  stack.defer(followDirectory(bus, tools));
  const tls = new TlsContexts();
  const dialogue = createDialogue(tools, tls);
  const listeners = stack.use(new SmtpListeners({ ...tools, dialogue, tls, ...options }));
  const certificates = new Certificates(db, key, tls);
  stack.defer(await followPorts({ context, bus, settings, listeners, certificates }));
  return stack.move();
}

/** What was looked up is forgotten when it has changed, and when an event may have been missed. */
function followDirectory(bus: Bus, { recipients, senders }: Tools): () => void {
  const forget = (addresses: readonly string[]): void => {
    recipients.forget(addresses);
    senders.forget();
  };
  const subscription = bus.subscribe(directoryChanged, ({ addresses }) => forget(addresses));
  bus.onReconnect(() => forget([]));
  return () => subscription.stop();
}
