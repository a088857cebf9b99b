// What owners of mailboxes are told of the quarantine: mail from outside that a filter has held for them since they were told
// last. What data loss prevention holds is a matter of who approves it. One row says until when they have been told.
import type { Queryable } from '../db.ts';

/** What is being told: held after the one, until the other. */
export interface DigestWindow {
  since: Date;
  until: Date;
}

/** A process that has begun and not ended within so long has ended without a word. */
const CLAIM_MINUTES = 60;

/** Null: they have been told within a day, or another process is at it. The first time it is all that is held. */
export async function claimDigest(db: Queryable): Promise<DigestWindow | null> {
  await db.query({
    name: 'begin_quarantine_digest',
    text: `insert into queue.quarantine_digest (told_until) values (to_timestamp(0)) on conflict do nothing`,
  });
  const [window] = await db.query<DigestWindow>({
    name: 'claim_quarantine_digest',
    text: `update queue.quarantine_digest
      set telling_until = coalesce(telling_until, date_trunc('milliseconds', now())), claimed_at = now()
      where told_until <= now() - interval '1 day'
        and (claimed_at is null or claimed_at < now() - make_interval(mins => $1))
      returning told_until as since, telling_until as until`,
    values: [CLAIM_MINUTES],
  });
  return window ?? null;
}

export async function endDigest(db: Queryable, { until }: DigestWindow): Promise<void> {
  await db.query({
    name: 'end_quarantine_digest',
    text: `update queue.quarantine_digest set told_until = $1, telling_until = null, claimed_at = null
      where telling_until = $1`,
    values: [until],
  });
}

/** Nobody is told any more: who is later is told of all that is held then. */
export async function forgetDigest(db: Queryable): Promise<void> {
  await db.query({ name: 'forget_quarantine_digest', text: 'delete from queue.quarantine_digest' });
}

export interface DigestOwner {
  account: number;
  address: string;
  /** Of all mails. */
  count: number;
  /** The newest of them. */
  mails: string[];
}

export interface DigestMail {
  id: string;
  heldAt: Date;
  reversePath: string;
  filter: string;
  /** The short header; null when the content is gone. */
  header: Buffer | null;
}

// An alias stands for the accounts that it names; what a group is sent is nobody's own.
const OWNERS = `with held as (
    select m.id, m.step_at from queue.mail m
    where m.state = 'held' and m.held_by = 'filter' and m.held_filter <> 'dlp' and m.origin = 'incoming'
      and m.step_at > $1 and m.step_at <= $2
  ), owned as (
    select distinct coalesce(n.account_id, own.account_id) as account, h.id as mail, h.step_at
    from held h join queue.recipient r on r.mail_id = h.id
    join directory.address n on n.address = r.address and n.kind in ('account', 'alias')
    left join directory.address own on n.kind = 'alias' and own.kind = 'account' and own.address = any(n.targets)
  )
  select o.account, a.address, count(*)::int as count,
    (array_agg(o.mail order by o.step_at desc, o.mail desc))[1:$4] as mails
  from owned o join directory.account a on a.id = o.account and a.enabled
  where o.account > $3 group by o.account, a.address order by o.account limit $5`;

/** A page of those for whom something was held, by account. */
export function digestOwners(
  db: Queryable,
  { since, until }: DigestWindow,
  { after, most, limit }: { after: number; most: number; limit: number },
): Promise<DigestOwner[]> {
  return db.query<DigestOwner>({
    ...{ name: 'quarantine_digest_owners', text: OWNERS, values: [since, until, after, most, limit] },
  });
}

/** Of those that are still held, the newest first. */
export function digestMails(db: Queryable, mails: readonly string[]): Promise<DigestMail[]> {
  return db.query<DigestMail>({
    name: 'quarantine_digest_mails',
    text: `select m.id, m.step_at as "heldAt", m.reverse_path as "reversePath", coalesce(m.held_filter, '') as filter, c.header
      from queue.mail m left join store.content c on c.id = m.content_id
      where m.id = any($1::uuid[]) and m.state = 'held' and m.held_by = 'filter' order by m.step_at desc, m.id desc`,
    values: [mails],
  });
}
