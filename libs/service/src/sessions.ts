// What ends sessions from outside: their account is gone or switched off, or the process stops.
import type { Socket } from 'node:net';
import { type Bus, directoryChanged } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { currentEpochs, type LoggedIn } from '@pochtar/store/directory';

/** How long a stopping process waits for commands under way. */
const DISMISS_MS = 5000;

/** Events may be missed; what they would have told is found after this. */
const LOOK_EVERY_MS = 10_000;

/** A session of an account, or of nobody yet. */
export interface AccountSession {
  readonly account: Pick<LoggedIn, 'accountId' | 'address' | 'epoch'> | null;
}

interface WatchedSessions<Session> {
  db: Queryable;
  bus: Bus;
  log: Logger;
  sessions: () => Iterable<Session>;
}

/** Calls `dismiss` for each session of an account that was removed, switched off, or got a new password. */
export function watchAccounts<Session extends AccountSession>(
  watched: WatchedSessions<Session>,
  dismiss: (session: Session) => void,
): { stop(): void } {
  const { bus, log } = watched;
  const look = (isMeant: (address: string) => boolean): Promise<void> =>
    endOutdated(watched, dismiss, isMeant).catch((error: unknown) => {
      log.warn({ err: error }, 'whether sessions may go on is asked again');
    });
  const all = (): Promise<void> => look(() => true);
  const subscription = bus.subscribe(directoryChanged, ({ addresses }) => {
    const changed = new Set(addresses);
    // No address: anything may have changed.
    return look((address) => changed.size === 0 || changed.has(address));
  });
  bus.onReconnect(() => void all());
  const timer = setInterval(() => void all(), LOOK_EVERY_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      subscription.stop();
    },
  };
}

async function endOutdated<Session extends AccountSession>(
  { db, log, sessions }: WatchedSessions<Session>,
  dismiss: (session: Session) => void,
  isMeant: (address: string) => boolean,
): Promise<void> {
  const meant = [...sessions()].filter(({ account }) => account !== null && isMeant(account.address));
  if (meant.length === 0) return;
  const epochs = await currentEpochs(db, [
    ...new Set(meant.flatMap(({ account }) => account?.accountId ?? [])),
  ]);
  for (const session of meant) {
    const { account } = session;
    if (account === null || epochs.get(account.accountId) === account.epoch) continue;
    log.info(
      { account: account.address },
      'the account is gone, switched off or has a new password: its session ends',
    );
    dismiss(session);
  }
}

/** Calls `dismiss` for every session, and resolves when they have ended, by force after 5 s. */
export async function dismissAll<Session extends { readonly socket: Socket }>(
  sessions: ReadonlySet<Session>,
  dismiss: (session: Session) => void,
): Promise<void> {
  for (const session of sessions) dismiss(session);
  const deadline = Date.now() + DISMISS_MS;
  while (sessions.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { socket } of sessions) socket.destroy();
}
