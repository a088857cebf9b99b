// The common case of delivery in one statement for a whole batch: plain accounts, every filter passed without an edit, or
// with that of filter-dkim: the field that says what was found of an incoming mail's origin, or the signatures of ours.
// Whatever it leaves (aliases, verdicts with consequences, quota, rules of the recipient, busy mailboxes) comes back as undone.
// A mail with an unrouted recipient is left whole: an alias may lead to a recipient that is here already, and one
// whose row is gone would be delivered to twice. Left is also a mail whose last recipients went in two batches at
// once, since neither snapshot sees that none is left: the closer look ends it.
//
// Lock order: queue rows, then mailbox rows, each by ascending id. UID and MODSEQ come from the locked mailbox
// row, so that per mailbox the commit order is their order. The statement enforces architecture §1.4: a mail
// with a slip entry that has no accepting verdict row is not touched.
import type { Queryable } from '../db.ts';

/** A mailbox that got messages. */
export interface ChangedMailbox {
  accountId: number;
  mailboxId: number;
  modSeq: number;
}

export interface DeliveredBatch {
  /** Mails that have nothing left in the queue. */
  finished: string[];
  changed: ChangedMailbox[];
}

const DELIVER = `
with claimed as materialized (
  select r.mail_id, r.address, r.account_id, r.attempt, m.content_id, m.size + coalesce(e.added, 0) as size, m.accepted_at,
    m.reverse_path, m.origin, m.client_address, m.account_id as submitter, m.message_id, m.subject, e.prefix, e.removed
  from queue.mail m join queue.recipient r on r.mail_id = m.id
    left join lateral (
      select v.prefix, v.removed, octet_length(v.prefix) - (v.removed[2] - v.removed[1]) as added
      from queue.verdict v join store.content c on c.id = m.content_id and c.prefix is null and c.removed is null
      where 'dkim' = any(m.slip) and v.mail_id = m.id and v.generation = m.generation
        and v.filter = 'dkim' and v.recipient = '' and v.prefix is not null and cardinality(v.removed) = 2 and v.removed[1] = 0
    ) e on true
  where m.id = any($1::uuid[]) and m.state = 'active' and m.step = 'deliver'
    and r.route = 'local' and (r.notify is null or r.notify not like '%SUCCESS%')
    and 0 = (select count(*) from queue.recipient u where u.mail_id = m.id and u.route = 'unrouted')
    and (cardinality(m.slip) = 0 or (
      select count(*) = cardinality(m.slip)
        and bool_and(v.result = 'accept' and v.replacement_content_id is null and v.target is null and v.recipient = ''
          and (v.filter = 'dkim' and e.prefix is not null or v.prefix is null and v.removed is null))
      from queue.verdict v where v.mail_id = m.id and v.generation = m.generation and v.filter = any(m.slip)))
  order by r.mail_id, r.address
  for update of m, r skip locked
), locked as materialized (
  select b.id, b.account_id, b.uid_next, b.mod_seq
  from store.mailbox b join directory.account a on a.id = b.account_id
  where b.name = 'INBOX' and b.account_id in (select account_id from claimed) and a.enabled and a.active_script is null
    and (a.quota_bytes is null or a.quota_bytes >= (
      (select sum(q.bytes) from store.mailbox q where q.account_id = a.id)
      + (select sum(c.size) from claimed c where c.account_id = a.id)))
  order by b.id
  for update of b skip locked
), arriving as materialized (
  select c.*, l.id as mailbox_id, l.mod_seq + 1 as mod_seq,
    l.uid_next + row_number() over (partition by l.id order by c.mail_id) - 1 as uid
  from claimed c join locked l on l.account_id = c.account_id
), appended as (
  insert into store.message (mailbox_id, uid, mod_seq, internal_date, size, content_id)
  select mailbox_id, uid, mod_seq, accepted_at, size, content_id from arriving
), edited as (
  update store.content c set prefix = a.prefix, removed = a.removed
  from (select distinct content_id, prefix, removed from arriving where prefix is not null) a where c.id = a.content_id
), counted as (
  update store.mailbox b
  set uid_next = b.uid_next + n.arrived, mod_seq = b.mod_seq + 1, exists_count = b.exists_count + n.arrived,
      unseen_count = b.unseen_count + n.arrived, bytes = b.bytes + n.bytes
  from (select mailbox_id, count(*)::int as arrived, sum(size)::bigint as bytes from arriving group by mailbox_id) n
  where b.id = n.mailbox_id
), traced as (
  insert into trace.delivery (mail_id, recipient, accepted_at, reverse_path, origin, client_address, size, outcome, attempts,
    account_id, message_id, subject)
  select mail_id, address, accepted_at, reverse_path, origin, client_address, size, 'delivered', attempt + 1, submitter,
    message_id, subject
  from arriving
  on conflict do nothing
), unqueued as (
  delete from queue.recipient r using arriving a where r.mail_id = a.mail_id and r.address = a.address
), finished as (
  delete from queue.mail m
  where m.id in (select mail_id from arriving)
    and not exists (select from queue.recipient r where r.mail_id = m.id
      and not exists (select from arriving a where a.mail_id = r.mail_id and a.address = r.address))
  returning m.id, m.slip
), resized as (
  update queue.mail m set size = a.size, removed_at_acceptance = '{}'
  from (select distinct mail_id, size from arriving where prefix is not null) a
  where m.id = a.mail_id and exists (select from queue.recipient r where r.mail_id = m.id
    and not exists (select from arriving o where o.mail_id = r.mail_id and o.address = r.address))
), unjudged as (
  delete from queue.verdict v using finished f where v.mail_id = f.id and cardinality(f.slip) > 0
)
select array(select id from finished) as finished,
  array(select distinct account_id || ' ' || mailbox_id || ' ' || mod_seq from arriving) as changed`;

/**
 * Delivers what can be delivered plainly of these mails (each id once). Exactly once: a recipient row is the
 * right to append, and goes in the same statement. Notifications must follow the commit.
 */
export async function deliverPlain(db: Queryable, mails: string[]): Promise<DeliveredBatch> {
  const [row] = await db.query<{ finished: string[]; changed: string[] }>({
    // Without a name, so that it is planned for what is in the queue now. Its tables are empty most of the time: a plan
    // that was made then and kept compares every mail with every recipient, and did so in the next backlog until a
    // vacuum came, up to a minute later.
    text: DELIVER,
    values: [mails],
  });
  return {
    finished: row?.finished ?? [],
    changed: (row?.changed ?? []).map((text) => {
      const [accountId, mailboxId, modSeq] = text.split(' ').map(Number) as [number, number, number];
      return { accountId, mailboxId, modSeq };
    }),
  };
}
