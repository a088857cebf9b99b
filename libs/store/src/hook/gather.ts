// What happened and is to be told: read from the rows that say so anyway (the trace, the refusals, the queue), so that mail
// pays nothing for hooks, and nothing is missed however long nobody looked. One process gathers at a time, in one
// transaction with how far it came.
//
// A row carries the transaction that wrote it. Whoever has looked when every transaction below some number had ended looks at
// what is at or above it. What is found twice has the same id, and is one row.
import type { Database, Queryable } from '../db.ts';

/** Events that wait for one hook; more are not kept. */
export const MAX_WAITING = 50_000;
/** An event is tried for so long. */
export const EXPIRY_HOURS = 72;
/** Longer than a transaction that ends a mail may live (db.ts). */
const LONGEST_MINUTES = 10;
/** After a time in which nobody gathered this much is read at once. */
const SLICE_MINUTES = 5;
const REFUSAL_SLICE_MINUTES = 60;
/** A minute of refusals is complete when what the bus had of it is written. */
const REFUSALS_SETTLE_MINUTES = 2;
const LISTED_RECIPIENTS = 20;

/**
 * A row's transaction, of which it shows the lower 32 bits; the newest one that began is above. ($2 of the statements: what
 * had ended then.)
 */
const isSince = (transaction: string): string =>
  `newest.id - ((newest.id - ${transaction}) & 4294967295) >= $2::bigint`;
const NEWEST = `(select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as id) newest`;

const ofDomain = (...addresses: string[]): string =>
  `exists (select from directory.domain d where d.id = any(h.domain_ids)
    and d.name in (${addresses.map((address) => `lower(split_part(${address}, '@', -1))`).join(', ')}))`;
const ofAccount = (account: string): string =>
  `exists (select from directory.account a where a.id = ${account} and a.domain_id = any(h.domain_ids))`;

/** The id of an event and hook, for ever the same. */
const idOf = (...parts: string[]): string => `md5(concat_ws(' ', h.id, ${parts.join(', ')}))::uuid`;
const moment = (column: string): string => `extract(epoch from ${column})`;

const INSERT =
  'insert into hook.message (hook_id, id, kind, mail_id, recipient, occurred_at, data, due_at, expires_at)';
const TIMES = `now(), now() + interval '${EXPIRY_HOURS} hours'`;
const WITH_SUBJECT = (row: string): string =>
  `case when h.with_subject then jsonb_build_object('subject', coalesce(${row}.subject, '')) else '{}' end`;

// $1 hooks, $2 horizon, $3 and $4 the window.
const ENDED = `${INSERT}
select h.id, ${idOf("'ended'", 't.mail_id', 't.recipient', 't.outcome', moment('t.ended_at'))},
  t.kind, t.mail_id, t.recipient, t.ended_at,
  jsonb_build_object('mail', t.mail_id, 'messageId', t.message_id, 'sender', t.reverse_path, 'recipient', t.recipient,
    'origin', t.origin, 'size', t.size, 'acceptedAt', t.accepted_at, 'endedAt', t.ended_at, 'attempts', t.attempts,
    'outcome', t.outcome, 'detail', t.detail) || ${WITH_SUBJECT('t')},
  ${TIMES}
from (select e.*, case when e.outcome = 'bounced' then 'bounced' else 'delivered' end as kind
    from trace.delivery e, ${NEWEST}
    where e.ended_at > $3 and e.ended_at <= $4 and e.outcome in ('delivered', 'relayed', 'bounced') and ${isSince('e.xmin::text::bigint')}) t
  join hook.hook h on h.id = any($1::bigint[]) and t.kind = any(h.kinds) and t.ended_at >= h.since
    and (h.domain_ids is null or ${ofDomain('t.recipient')} or ${ofAccount('t.account_id')})
on conflict do nothing returning 1`;

const HELD = `${INSERT}
select h.id, ${idOf("'held'", 'm.id', 'm.held_by', 'm.held_filter', moment('m.step_at'))},
  'held', m.id, null, m.step_at,
  jsonb_build_object('mail', m.id, 'messageId', m.message_id, 'sender', m.reverse_path, 'recipients', seen.addresses,
    'origin', m.origin, 'size', m.size, 'acceptedAt', m.accepted_at, 'heldAt', m.step_at,
    'heldBy', coalesce(m.held_by, 'person'), 'filter', m.held_filter, 'detail', coalesce(m.reason, '')) || ${WITH_SUBJECT('m')},
  ${TIMES}
from (select q.* from hook.held_mail q, ${NEWEST} where ${isSince('q.written_by')}) m, hook.hook h, lateral (
  select array(select r.address from queue.recipient r where r.mail_id = m.id
    and (h.domain_ids is null or ${ofDomain('r.address', 'r.expanded_from')} or ${ofAccount('m.account_id')})
    order by r.address limit ${LISTED_RECIPIENTS}) as addresses) seen
where h.id = any($1::bigint[]) and 'held' = any(h.kinds) and m.step_at >= h.since and cardinality(seen.addresses) > 0
on conflict do nothing returning 1`;

// $2 and $3: whole minutes.
const REFUSED = `${INSERT}
select h.id, ${idOf("'refused'", 'r.id')}, 'refused', null, seen.addresses[1], r.at,
  jsonb_build_object('sender', r.reverse_path, 'recipients', seen.addresses, 'clientAddress', host(r.client_address),
    'at', r.at, 'count', r.count, 'detail', r.reply),
  ${TIMES}
from trace.refusal r, hook.hook h, lateral (
  select array(select address from unnest(case when r.recipients = '{}' then array[r.recipient] else r.recipients end)
    with ordinality as given (address, place)
    where address is not null and (h.domain_ids is null or ${ofDomain('address')}) order by place) as addresses) seen
where r.minute > $2 and r.minute <= $3 and h.id = any($1::bigint[]) and 'refused' = any(h.kinds) and r.at >= h.since
  and (h.domain_ids is null or cardinality(seen.addresses) > 0)
on conflict do nothing returning 1`;

export interface Gathered {
  /** New rows of the ledger. */
  events: number;
  /** There is more to read at once. */
  isBehind: boolean;
}

/** One sweep; null: another process does it just now. */
export function gatherEvents(db: Database): Promise<Gathered | null> {
  return db.transaction(async (tx) => {
    const [place] = await tx.query<Place>({
      text: `select horizon, swept_at as "sweptAt", refusals_until as "refusalsUntil", now() as now,
          pg_snapshot_xmax(pg_current_snapshot())::text::bigint as newest
        from hook.gathered for update skip locked`,
    });
    if (place === undefined) return null;
    const hooks = await listeningHooks(tx);
    // What happened while nobody wanted to hear of it is passed over.
    if (hooks.length === 0) return (await note(tx, place.now, place.now), { events: 0, isBehind: false });
    const first = Math.min(...hooks.map((one) => one.since.getTime()));
    const since = new Date(Math.max(place.sweptAt.getTime(), first));
    const { until, isBehind } = windowOf(since, place.now);
    // Before the rows are read: what ends meanwhile is read again the next time.
    const horizon = await lowestRunning(tx);
    // A database that was restored counts from elsewhere.
    const from = place.horizon > place.newest ? 0 : place.horizon;
    const kinds = new Set(hooks.flatMap((one) => one.kinds));
    const ids = hooks.map((one) => one.id);
    let events = 0;
    if (kinds.has('delivered') || kinds.has('bounced'))
      events += await insert(tx, ENDED, [ids, from, minutes(since, -LONGEST_MINUTES), until]);
    if (kinds.has('held')) events += await insert(tx, HELD, [ids, from]);
    const refusals = refusalsOf(place, since);
    if (kinds.has('refused')) events += await insert(tx, REFUSED, [ids, refusals.from, refusals.until]);
    await note(tx, until, refusals.until, isBehind ? place.horizon : horizon);
    return { events, isBehind: isBehind || refusals.isBehind };
  });
}

interface Place {
  horizon: number;
  sweptAt: Date;
  refusalsUntil: Date;
  now: Date;
  newest: number;
}

const minutes = (from: Date, count: number): Date => new Date(from.getTime() + count * 60_000);

/** What is long over is read in slices; the horizon stays where it is until all of it was. */
function windowOf(since: Date, now: Date): { until: Date; isBehind: boolean } {
  const slice = minutes(since, SLICE_MINUTES);
  const isBehind = slice < minutes(now, -LONGEST_MINUTES);
  // Clocks are the database's, and a transaction that began later than this one may have ended before: those count too.
  return isBehind ? { until: slice, isBehind } : { until: minutes(now, 1), isBehind };
}

function refusalsOf(
  { refusalsUntil, now }: Place,
  since: Date,
): { from: Date; until: Date; isBehind: boolean } {
  const from = new Date(Math.max(refusalsUntil.getTime(), minutes(since, -LONGEST_MINUTES).getTime()));
  const settled = new Date(Math.floor(minutes(now, -REFUSALS_SETTLE_MINUTES).getTime() / 60_000) * 60_000);
  const slice = minutes(from, REFUSAL_SLICE_MINUTES);
  const isBehind = slice < settled;
  return { from, until: isBehind ? slice : new Date(Math.max(settled.getTime(), from.getTime())), isBehind };
}

async function insert(tx: Queryable, text: string, values: unknown[]): Promise<number> {
  // Without a name: planned for the window that is asked.
  return (await tx.query({ text, values })).length;
}

interface Listening {
  id: number;
  kinds: string[];
  since: Date;
}

/** Those that are on and have room; of those that have none it is noted that something may be missing. */
async function listeningHooks(tx: Queryable): Promise<Listening[]> {
  const rows = await tx.query<Listening & { isFull: boolean }>({
    name: 'listening_hooks',
    text: `select h.id, h.kinds, h.since, (select count(*) from (select from hook.message m
        where m.hook_id = h.id and m.state = 'waiting' limit ${MAX_WAITING}) counted) >= ${MAX_WAITING} as "isFull"
      from hook.hook h join hook.sending s on s.hook_id = h.id where h.enabled and s.paused_at is null`,
  });
  const full = rows.filter(({ isFull }) => isFull).map(({ id }) => id);
  if (full.length > 0) {
    await tx.query({
      text: 'update hook.sending set overflowed_at = now() where hook_id = any($1::bigint[]) and overflowed_at is null',
      values: [full],
    });
  }
  return rows.filter(({ isFull }) => !isFull);
}

async function lowestRunning(tx: Queryable): Promise<number> {
  const [row] = await tx.query<{ id: number }>({
    text: 'select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as id',
  });
  return row?.id ?? 0;
}

async function note(tx: Queryable, sweptAt: Date, refusalsUntil: Date, horizon = 0): Promise<void> {
  await tx.query({
    name: 'note_gathered',
    text: `update hook.gathered set swept_at = least($1, now()), refusals_until = date_trunc('minute', $2::timestamptz),
      horizon = $3`,
    values: [sweptAt, refusalsUntil, horizon],
  });
}

/** Whether any hook is on: without one nobody need look. */
export async function isAnyHookOn(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ isOn: boolean }>({
    name: 'is_any_hook_on',
    text: `select exists (select from hook.hook h join hook.sending s on s.hook_id = h.id
      where h.enabled and s.paused_at is null) as "isOn"`,
  });
  return row?.isOn === true;
}
