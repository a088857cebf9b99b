// The IMAP service: what it opens, in which order, and how it ends. A reader starts here.
import { type Listeners, Semaphore, type Service, type ServiceContext, TlsContexts } from '@pochtar/runtime';
import {
  ClientGuard,
  answerPortsTest,
  BodyMemory,
  dismissAll,
  DiskSpace,
  followedNetworks,
  followListeners,
  LoginGuard,
  openBlobs,
  openListeners,
  openService,
  Scram,
  watchAccounts,
  wantedListeners,
} from '@pochtar/service';
import { passwordVerifier } from '@pochtar/store/directory';
import { sharedAppend, sharedFlags } from '@pochtar/store/mailbox';
import { readMasterKey } from '@pochtar/store/settings';
import { commands } from './commands.ts';
import { type Config, readConfig } from './config.ts';
import { MailboxIndexes } from './mailbox-index/mailbox-indexes.ts';
import { MailboxWatch } from './mailbox-watch.ts';
import { createMetrics } from './metrics.ts';
import { Bye } from './reply.ts';
import { sections, type Server, SESSION_TIMES } from './server.ts';
import { ImapSession } from './session.ts';

export const service: Service<Config> = { name: 'imap', config: readConfig, start };

/** For messages of APPEND in memory, over all sessions. */
const BODY_MEMORY = 64 * 1024 * 1024;
/** SORT and THREAD that sort at the same time; others wait for their turn. */
const SORTING_AT_ONCE = 2;

/** Order matters: nothing listens before every section it uses has been read and certificates are loaded. */
export async function start(
  config: Config,
  context: ServiceContext,
): Promise<AsyncDisposable & { listeners: Listeners; server: Server; sessions: ReadonlySet<ImapSession> }> {
  const { log } = context;
  await using stack = new AsyncDisposableStack();
  const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const opened = await openService(config, context, sections, stack);
  const { db, bus, settings } = opened;
  const blobs = stack.use(await openBlobs(config, context, opened));
  const { POCHTAR_SPOOL_DIR: spoolDirectory, POCHTAR_POSTGRES_DIR: databaseDirectory } = config;
  const tls = new TlsContexts();
  const scram = stack.use(await Scram.follow({ db, masterKey: key, log }));
  const server: Server = {
    ...opened,
    blobs,
    passwords: passwordVerifier(db, { learned: (...password) => scram.learn(...password) }),
    scram,
    guard: new LoginGuard(db, settings),
    tls,
    watch: stack.use(new MailboxWatch(bus, db, log)),
    indexes: new MailboxIndexes(db),
    storeFlags: sharedFlags(db),
    appendMessages: sharedAppend(db),
    disk: stack.use(await DiskSpace.open({ blobs, spoolDirectory, databaseDirectory, settings, log })),
    memory: new BodyMemory(BODY_MEMORY),
    sorting: new Semaphore(SORTING_AT_ONCE),
    spoolDirectory,
    isWebmail: followedNetworks(() => settings.current('network').webmailAddresses),
    log,
    metrics: createMetrics(),
    times: { ...SESSION_TIMES },
  };
  const sessions = new Set<ImapSession>();
  const accounts = watchAccounts({ ...server, sessions: () => sessions }, (session) =>
    session.dismiss(new Bye('the account or its password has changed')),
  );
  stack.defer(() => accounts.stop());
  const guard = stack.use(await ClientGuard.follow({ db, bus, log }));
  const listeners = openListeners(server, {
    isHidden: (address) => guard.isSuspended(address),
    refusal: () => '* BYE [UNAVAILABLE] too many connections\r\n',
    onConnection: (connection) => {
      const session = new ImapSession(server, commands, connection);
      sessions.add(session);
      void session.run().finally(() => sessions.delete(session));
    },
  });
  // The last to be opened, the first to end: what is open is dismissed when nothing new comes.
  const stopping = new Bye('the server is stopping', 'UNAVAILABLE');
  stack.defer(() => dismissAll(sessions, (session) => session.dismiss(stopping)));
  stack.use(listeners);
  const wanted = () =>
    wantedListeners(
      { network: settings.current('network'), accessEncryption: settings.current('accessEncryption') },
      ['imap', 'imaps'],
    );
  const ports = { bus: opened.bus, program: 'imap', protocols: ['imap', 'imaps'] } as const;
  stack.use(answerPortsTest({ ...ports, listeners }));
  const encryption = 'accessEncryption';
  stack.defer(await followListeners({ ...opened, context, encryption, key, tls, listeners, wanted }));
  const running = stack.move();
  return { listeners, server, sessions, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
