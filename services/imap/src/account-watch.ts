// Ends the sessions of accounts that were removed or switched off meanwhile.
import { type Bus, directoryChanged } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { findAccount } from '@pochtar/store/directory';
import { Bye } from './reply.ts';
import type { Session } from './session.ts';

export function watchAccounts(
  bus: Bus,
  db: Queryable,
  sessions: ReadonlySet<Session>,
  log: Logger,
): { stop(): void } {
  return bus.subscribe(directoryChanged, async ({ addresses }) => {
    const changed = new Set(addresses);
    const concerned = [...sessions].filter(
      ({ account }) => account !== null && (changed.size === 0 || changed.has(account.address)),
    );
    for (const address of new Set(concerned.map((session) => session.account?.address ?? ''))) {
      const account = await findAccount(db, 'all', address);
      if (account?.isEnabled) continue;
      log.info({ account: address }, 'account is gone or switched off: its sessions end');
      for (const session of concerned) {
        if (session.account?.address === address) session.dismiss(new Bye('the account is switched off'));
      }
    }
  });
}
