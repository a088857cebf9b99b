// What ends sessions from outside: their account is gone or switched off, or the process stops.
import type { Socket } from 'node:net';
import { type Bus, directoryChanged } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { findAccount } from '@pochtar/store/directory';

/** How long a stopping process waits for commands under way. */
const DISMISS_MS = 5000;

interface WatchedSessions<Session> {
  db: Queryable;
  bus: Bus;
  log: Logger;
  sessions: ReadonlySet<Session>;
}

/** Calls `dismiss` for each session of an account that was removed or switched off. */
export function watchAccounts<Session extends { readonly address: string | null }>(
  { db, bus, log, sessions }: WatchedSessions<Session>,
  dismiss: (session: Session) => void,
): { stop(): void } {
  return bus.subscribe(directoryChanged, async ({ addresses }) => {
    const changed = new Set(addresses);
    const loggedIn = new Set([...sessions].flatMap(({ address }) => address ?? []));
    for (const address of loggedIn) {
      // No address: anything may have changed.
      if (changed.size > 0 && !changed.has(address)) continue;
      const account = await findAccount(db, 'all', address);
      if (account?.isEnabled) continue;
      log.info({ account: address }, 'the account is gone or switched off: its sessions end');
      for (const session of sessions) if (session.address === address) dismiss(session);
    }
  });
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
