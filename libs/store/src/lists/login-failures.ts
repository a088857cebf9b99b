// Failed log-ins, counted over all processes and protocols by the clock of Postgres: of a client's address and of an
// account. A success does not wipe failures out: who has one password could otherwise guess others for ever. An account
// that is being guessed at is closed to strangers only: clients it has logged in from before are let through to the check.
import type { Queryable } from '../db.ts';
import { isSuspendedSql } from './guarded-clients.ts';

export interface LoginAttempt {
  /** The address, or the /64 of an IPv6 address; null where many people share one. */
  client: string | null;
  /** The address key that was tried; null for a name that can be none. */
  account: string | null;
  /** The client's address as it is. While it is suspended as one that many may stand behind, `client` counts for nothing. */
  address?: string | null;
}

export interface LoginLimits {
  /** Failures that an address is let pass, and an account. */
  perClient: number;
  perAccount: number;
}

export type LoginGate = 'open' | 'client banned' | 'account guarded';

const subjects = ({ client, account }: LoginAttempt): [string | null, string | null] => [
  client === null ? null : `address ${client}`,
  account === null ? null : `account ${account.slice(0, 400)}`,
];

/** Whether the password may be tried at all. */
export async function loginGate(
  db: Queryable,
  attempt: LoginAttempt,
  limits: LoginLimits,
): Promise<LoginGate> {
  const [client, account] = subjects(attempt);
  const [row] = await db.query<{ ofClient: number; ofAccount: number; isKnown: boolean; isShared: boolean }>({
    name: 'login_gate',
    text: `select
      coalesce((select failures from lists.login_failure where subject = $1 and until > now()), 0) as "ofClient",
      coalesce((select failures from lists.login_failure where subject = $2 and until > now()), 0) as "ofAccount",
      exists (select from lists.known_client where account = $3 and client = $4) as "isKnown",
      ${isSuspendedSql('$5::inet')} as "isShared"`,
    values: [client, account, attempt.account, attempt.client, attempt.address ?? null],
  });
  const { ofClient = 0, ofAccount = 0, isKnown = false, isShared = false } = row ?? {};
  if (ofClient >= limits.perClient && !isShared) return 'client banned';
  if (ofAccount >= limits.perAccount && (!isKnown || isShared)) return 'account guarded';
  return 'open';
}

/** Seconds until the failures of this client and account count no more, at least 1. */
export async function secondsUntilOpen(db: Queryable, attempt: LoginAttempt): Promise<number> {
  const [row] = await db.query<{ seconds: number }>({
    name: 'login_open_in',
    text: `select coalesce(ceil(extract(epoch from max(until) - now())), 0)::int as seconds
      from lists.login_failure where subject = any($1::text[])`,
    values: [subjects(attempt).filter((subject) => subject !== null)],
  });
  return Math.max(1, row?.seconds ?? 0);
}

/** Counts a failure, for `minutes` from now. */
export async function loginFailed(db: Queryable, attempt: LoginAttempt, minutes: number): Promise<void> {
  // Ordered, so that two processes never wait for each other in a circle.
  const counted = subjects(attempt)
    .filter((subject) => subject !== null)
    .toSorted();
  if (counted.length === 0) return;
  await db.query({
    name: 'login_failed',
    text: `insert into lists.login_failure as f (subject, failures, until)
      select subject, 1, now() + make_interval(mins => $2) from unnest($1::text[]) with ordinality as s(subject, place)
      where subject is distinct from $3 or not ${isSuspendedSql('$4::inet')}
      order by place
      on conflict (subject) do update set
        failures = case when f.until > now() then least(f.failures + 1, 1000000) else 1 end, until = excluded.until`,
    values: [counted, minutes, subjects(attempt)[0], attempt.address ?? null],
  });
}

/** Remembers where the account logs in from; written once a day. */
export async function rememberClient(
  db: Queryable,
  account: string,
  client: string,
  address: string | null = null,
): Promise<void> {
  await db.query({
    name: 'remember_client',
    text: `insert into lists.known_client as k (account, client) select $1, $2 where not ${isSuspendedSql('$3::inet')}
      on conflict (account, client) do update set seen_at = now() where k.seen_at < now() - interval '1 day'`,
    values: [account, client, address],
  });
}

/** Removes what counts no more: bans that are over, clients not seen for half a year. Returns how many rows went. */
export async function forgetLogins(db: Queryable, limit = 5000): Promise<number> {
  const failures = await db.query({
    name: 'forget_login_failures',
    text: `delete from lists.login_failure where ctid = any(array(
      select ctid from lists.login_failure where until < now() limit $1)) returning 1`,
    values: [limit],
  });
  const clients = await db.query({
    name: 'forget_known_clients',
    text: `delete from lists.known_client where ctid = any(array(
      select ctid from lists.known_client where seen_at < now() - interval '180 days' limit $1)) returning 1`,
    values: [limit],
  });
  return failures.length + clients.length;
}
