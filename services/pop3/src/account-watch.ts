// Ends the sessions of accounts that were removed or switched off meanwhile.
import { directoryChanged } from '@pochtar/bus';
import { findAccount } from '@pochtar/store/directory';
import type { Server } from './server.ts';

export function watchAccounts({ bus, db, sessions }: Server): { stop(): void } {
  return bus.subscribe(directoryChanged, async ({ addresses }) => {
    const changed = new Set(addresses);
    const concerned = [...sessions].filter(
      ({ address }) => address !== null && (changed.size === 0 || changed.has(address)),
    );
    for (const address of new Set(concerned.map((session) => session.address ?? ''))) {
      const account = await findAccount(db, 'all', address);
      if (account?.isEnabled) continue;
      for (const session of concerned) {
        if (session.address === address) session.dismiss('the account is gone or switched off');
      }
    }
  });
}
