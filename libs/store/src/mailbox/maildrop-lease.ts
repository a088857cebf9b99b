// The exclusive use of a maildrop by one POP3 session (RFC 1939 §3), over all processes: a lease that its session
// renews. No connection and no transaction is held; after kill -9 the maildrop is free when the lease has ended.
// The clock is the database's.
import type { Queryable } from '../db.ts';

export const LEASE_SECONDS = 30;

export interface MaildropLease {
  accountId: number;
  /** A random UUID, one a session. */
  holder: string;
}

/** True: it is ours. False: another session has it. */
export async function takeLease(db: Queryable, { accountId, holder }: MaildropLease): Promise<boolean> {
  const taken = await db.query({
    name: 'maildrop_lease_take',
    text: `insert into store.maildrop_lease as l (account_id, holder, until)
      values ($1, $2, now() + make_interval(secs => ${LEASE_SECONDS}))
      on conflict (account_id) do update set holder = excluded.holder, until = excluded.until
        where l.until < now() or l.holder = excluded.holder
      returning 1`,
    values: [accountId, holder],
  });
  return taken.length > 0;
}

/**
 * Renews the leases in one statement; returns the holders that still have theirs. One that has ended counts as
 * held as long as nobody else has taken it: the database may have been away.
 */
export async function renewLeases(db: Queryable, leases: readonly MaildropLease[]): Promise<Set<string>> {
  const renewed = await db.query<{ holder: string }>({
    name: 'maildrop_lease_renew',
    text: `update store.maildrop_lease l set until = now() + make_interval(secs => ${LEASE_SECONDS})
      where (l.account_id, l.holder) in (
        select k.account_id, k.holder from store.maildrop_lease k
        join unnest($1::bigint[], $2::uuid[]) as mine(account_id, holder) using (account_id, holder)
        order by k.account_id for update)
      returning l.holder`,
    values: [leases.map(({ accountId }) => accountId), leases.map(({ holder }) => holder)],
  });
  return new Set(renewed.map((row) => row.holder));
}

/** Gives a lease back; one that is another session's by now is left alone. */
export async function endLease(db: Queryable, { accountId, holder }: MaildropLease): Promise<void> {
  await db.query({
    name: 'maildrop_lease_end',
    text: 'delete from store.maildrop_lease where account_id = $1 and holder = $2',
    values: [accountId, holder],
  });
}
