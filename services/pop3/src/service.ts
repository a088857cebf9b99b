// The POP3 service: what it opens, in which order, and how it ends. A reader starts here.
import { type Listeners, type Service, type ServiceContext, TlsContexts } from '@pochtar/runtime';
import {
  ClientGuard,
  answerPortsTest,
  dismissAll,
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
import { readMasterKey } from '@pochtar/store/settings';
import { commands } from './commands.ts';
import { type Config, readConfig } from './config.ts';
import { Leases } from './leases.ts';
import { createMetrics } from './metrics.ts';
import { sections, type Server, SESSION_TIMES } from './server.ts';
import { Pop3Session } from './session.ts';

export const service: Service<Config> = { name: 'pop3', config: readConfig, start };

/** Order matters: nothing listens before every section it uses has been read and certificates are loaded. */
export async function start(
  config: Config,
  context: ServiceContext,
): Promise<AsyncDisposable & { listeners: Listeners; server: Server; sessions: ReadonlySet<Pop3Session> }> {
  const { log } = context;
  await using stack = new AsyncDisposableStack();
  const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const opened = await openService(config, context, sections, stack);
  const { db, settings } = opened;
  const tls = new TlsContexts();
  const scram = stack.use(await Scram.follow({ db, masterKey: key, log }));
  const server: Server = {
    ...opened,
    blobs: stack.use(await openBlobs(config, context, opened)),
    passwords: passwordVerifier(db, { learned: (...password) => scram.learn(...password) }),
    scram,
    guard: new LoginGuard(db, settings),
    tls,
    leases: stack.use(new Leases(db, log)),
    log,
    metrics: createMetrics(),
    times: { ...SESSION_TIMES },
  };
  const sessions = new Set<Pop3Session>();
  const accounts = watchAccounts({ ...server, sessions: () => sessions }, (session) =>
    session.dismiss('the account or its password has changed'),
  );
  stack.defer(() => accounts.stop());
  const guard = stack.use(await ClientGuard.follow({ db, bus: opened.bus, log }));
  const listeners = openListeners(server, {
    isHidden: (address) => guard.isSuspended(address),
    refusal: () => '-ERR [SYS/TEMP] too many connections\r\n',
    onConnection: (connection) => {
      const session = new Pop3Session(server, commands, connection);
      sessions.add(session);
      void session.run().finally(() => sessions.delete(session));
    },
  });
  // The last to be opened, the first to end: what is open is dismissed when nothing new comes.
  stack.defer(() => dismissAll(sessions, (session) => session.dismiss('the process stops')));
  stack.use(listeners);
  const wanted = () =>
    wantedListeners(
      { network: settings.current('network'), accessEncryption: settings.current('accessEncryption') },
      ['pop3', 'pop3s'],
    );
  const ports = { bus: opened.bus, program: 'pop3', protocols: ['pop3', 'pop3s'] } as const;
  stack.use(answerPortsTest({ ...ports, listeners }));
  const encryption = 'accessEncryption';
  stack.defer(await followListeners({ ...opened, context, encryption, key, tls, listeners, wanted }));
  const running = stack.move();
  return { listeners, server, sessions, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
