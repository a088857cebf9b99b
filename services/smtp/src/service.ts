// The SMTP server, from its settings to its ports. A reader starts here; one mail goes on in smtp-connection.ts,
// commands/ and accept.ts.
import { directoryChanged } from '@pochtar/bus';
import { type Service, type ServiceContext, TlsContexts } from '@pochtar/runtime';
import { answerPortsTest, followListeners, openService, watchAccounts } from '@pochtar/service';
import { readMasterKey } from '@pochtar/store/settings';
import { type Config, readConfig } from './config.ts';
import { createDialogue } from './dialogue.ts';
import { SmtpListeners } from './listeners.ts';
import { openTools } from './open-tools.ts';
import type { SessionLimits } from './protocol.ts';
import { sections, type Tools } from './tools.ts';
import { answerTries } from './try-out.ts';

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
  await using stack = new AsyncDisposableStack();
  const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const opened = await openService(config, context, sections, stack);
  const tools = stack.use(await openTools(config, context, { ...opened, masterKey: key }, options.repeatMs));
  stack.defer(followDirectory(tools));
  const tries = answerTries(tools);
  stack.defer(() => tries.stop());
  const tls = new TlsContexts();
  const dialogue = createDialogue(tools, tls);
  const { log } = context;
  const isHidden = (address: string): boolean => tools.clientGuard.isSuspended(address);
  const isWelcome = (address: string): boolean =>
    !isHidden(address) && tools.accessLists().address(address, Date.now())?.list === 'white';
  const smtp = stack.use(
    new SmtpListeners({ ...options, ...opened, dialogue, isWelcome, isHidden, tls, log }),
  );
  const accounts = watchAccounts({ ...opened, log, sessions: () => smtp.sessions() }, (session) =>
    session.dismiss(),
  );
  stack.defer(() => accounts.stop());
  const { listeners } = smtp;
  const wanted = () => smtp.wanted();
  const ports = { bus: opened.bus, program: 'smtp', protocols: ['smtp', 'submission', 'smtps'] } as const;
  stack.use(answerPortsTest({ ...ports, listeners }));
  const encryption = 'smtpEncryption';
  stack.defer(await followListeners({ ...opened, context, encryption, key, tls, listeners, wanted }));
  return stack.move();
}

/** What was looked up is forgotten when it has changed, and when an event may have been missed. */
function followDirectory({ bus, recipients, directory }: Tools): () => void {
  const forget = (addresses: readonly string[]): void => {
    recipients.forget(addresses);
    directory.forget();
  };
  const subscription = bus.subscribe(directoryChanged, ({ addresses }) => forget(addresses));
  bus.onReconnect(() => forget([]));
  return () => subscription.stop();
}
