// admin.guard.*: local client addresses that many strangers seem to stand behind: list, confirm as one client, revoke.
import { isIP } from 'node:net';
import { adminGuard, answerAdmin, done, guardChanged, type GuardedClientInfo, refused } from '@pochtar/bus';
import { isLocalAddress, plainAddress } from '@pochtar/runtime';
import {
  confirmClient,
  type GuardedClient,
  listGuardedClients,
  revokeConfirmation,
} from '@pochtar/store/lists';
import { notFound } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';

export function answerGuard(context: Context): { stop(): Promise<void> }[] {
  const { db, bus } = context;
  return [
    answerAdmin(context, adminGuard.list, async (request) => {
      const clients = await listGuardedClients(db, request);
      const isWhole = clients.length < request.limit;
      return done({ clients: clients.map(infoOf), next: isWhole ? null : request.after + clients.length });
    }),
    answerAdmin(context, adminGuard.confirm, async ({ address: written }, { author }) => {
      const address = plainAddress(written);
      if (!isLocalAddress(address)) return notGuarded(written);
      await confirmClient(db, address, author);
      bus.emit(guardChanged, { address, state: 'confirmed' });
      return done({ address });
    }),
    answerAdmin(context, adminGuard.revoke, async ({ address: written }) => {
      const address = plainAddress(written);
      const revoked = isIP(address) === 0 ? null : await revokeConfirmation(db, address);
      if (revoked === null) return notFound('address', written);
      bus.emit(guardChanged, { address, state: 'revoked' });
      return done({ address, ...revoked });
    }),
  ];
}

function notGuarded(written: string): Refusal {
  return refused(
    'invalid',
    'address',
    `${written}: подтверждают только локальные адреса; адресу из интернета доверие не приостанавливается`,
    `${written}: only local addresses are confirmed; trust in an address of the internet is never suspended`,
  );
}

export function stateOf({ suspendedAt, confirmedAt }: GuardedClient): GuardedClientInfo['state'] {
  if (confirmedAt !== null) return 'confirmed';
  return suspendedAt === null ? 'counted' : 'suspended';
}

function infoOf(client: GuardedClient): GuardedClientInfo {
  const { address, domains, latest, firstAt, lastAt, suspendedAt, confirmedAt, confirmedBy } = client;
  return {
    ...{ address, state: stateOf(client), domains, latest, confirmedBy },
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
    suspendedAt: suspendedAt?.toISOString() ?? null,
    confirmedAt: confirmedAt?.toISOString() ?? null,
  };
}
