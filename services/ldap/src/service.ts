// The LDAP service: what it opens, in which order, and how it ends. A reader starts here.
import { type Listeners, type Service, type ServiceContext, TlsContexts } from '@pochtar/runtime';
import {
  answerPortsTest,
  ClientGuard,
  dismissAll,
  followedNetworks,
  followListeners,
  openListeners,
  openService,
  ScramOffer,
  wantedListeners,
} from '@pochtar/service';
import { readMasterKey } from '@pochtar/store/settings';
import { MessageRoom } from './ber/message-room.ts';
import { type Config, readConfig } from './config.ts';
import { FollowedBook } from './directory/followed-book.ts';
import { Photos } from './directory/photos.ts';
import { createMetrics } from './metrics.ts';
import { operations } from './operations.ts';
import { endOutdated } from './outdated-sessions.ts';
import { codes, result } from './protocol/result.ts';
import { noticeOfDisconnection } from './protocol/response.ts';
import { Turnstile } from './search/turnstile.ts';
import { answerTryBook } from './trial/try-book.ts';
import { sections, type Server, SESSION_TIMES } from './server.ts';
import { LdapSession } from './session.ts';
import { BookNames } from './tree/names-below.ts';

export const service: Service<Config> = { name: 'ldap', config: readConfig, start };

/** Order matters: nothing listens before the book and every section have been read and certificates are loaded. */
export async function start(
  config: Config,
  context: ServiceContext,
): Promise<AsyncDisposable & { listeners: Listeners; server: Server; sessions: ReadonlySet<LdapSession> }> {
  const { log } = context;
  await using stack = new AsyncDisposableStack();
  const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const opened = await openService(config, context, sections, stack);
  const { db, bus, settings } = opened;
  const sessions = new Set<LdapSession>();
  const onChange = (since: number): void => endOutdated(sessions, followed.book, since);
  const followed = stack.use(await FollowedBook.open({ ...opened, context, onChange }));
  const tls = new TlsContexts();
  const { book } = followed;
  const scram = stack.use(await ScramOffer.follow({ db, log }));
  const server: Server = {
    ...{ ...opened, book, tls, scram, log, photos: new Photos(db, log) },
    ...{ metrics: createMetrics(), times: { ...SESSION_TIMES } },
    isWebmail: followedNetworks(() => settings.current('network').webmailAddresses),
    ...{ room: new MessageRoom(), names: new BookNames(), turns: new Turnstile() },
  };
  const guard = stack.use(await ClientGuard.follow({ db, bus, log }));
  const listeners = openListeners(server, {
    isHidden: (address) => guard.isSuspended(address),
    refusal: () => Buffer.from(noticeOfDisconnection(result(codes.busy, 'too many connections')), 'latin1'),
    onConnection: (connection) => {
      const session = new LdapSession(server, operations, connection);
      sessions.add(session);
      void session.run().finally(() => sessions.delete(session));
    },
  });
  // The last to be opened, the first to end: what is open is dismissed when nothing new comes.
  stack.defer(() => dismissAll(sessions, (session) => session.dismiss('the process stops')));
  stack.use(listeners);
  const wanted = () => {
    const now = { network: settings.current('network'), addressBook: settings.current('addressBook') };
    return wantedListeners(now, ['ldap']);
  };
  const test = { program: 'ldap', kind: 'addressBook', protocols: ['ldap'] } as const;
  stack.use(answerTryBook(bus, server));
  stack.use(answerPortsTest({ ...test, bus: opened.bus, listeners }));
  const encryption = 'accessEncryption';
  stack.defer(await followListeners({ ...opened, context, encryption, key, tls, listeners, wanted }));
  await settings.apply('addressBook', async ({ enabled }) => {
    await listeners.reconcile(wanted());
    // Who may use the book no more is not served any further.
    if (!enabled) for (const session of sessions) session.dismiss('the address book is switched off');
  });
  const running = stack.move();
  return { listeners, server, sessions, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
