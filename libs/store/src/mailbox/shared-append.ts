// Messages of several sessions become rows in one round trip and one commit: while one commit waits for the disk, the next
// messages gather. Their bodies are durable before.
import { gather } from '@pochtar/runtime';
import { contentColumns, contentRow } from '../content/index.ts';
import { type Database, isTransient, type Queryable } from '../db.ts';
import { ALL_FLAGS, appendMessages, type AppendOutcome, type NewMessage, sizeOf } from './append.ts';
import { MAX_MAILBOX_KEYWORDS } from './flags.ts';
import { distinctKeywords } from './store-flags.ts';

const MAX_GROUP = 64;
const GROUPS_AT_ONCE = 2;
/** Octets of the texts of a group; what is larger goes by itself. */
const MAX_SHARED_TEXT = 256 * 1024;

interface Request {
  mailboxId: number;
  messages: readonly NewMessage[];
}

interface OutcomeRow {
  place: number;
  full: boolean;
  uid_validity: number;
  first_uid: number;
  mod_seq: number;
}

// UIDs and MODSEQs come from the locked rows, which are read as they are when they are locked; nothing else that is read here
// is changed under their lock, so that one statement will do. Who may be over quota gets nothing; a mailbox that
// somebody else has is passed over.
const APPEND = `
with request as materialized (
  select * from unnest($1::int8[], $2::int4[], $3::int8[]) with ordinality as r (mailbox_id, count, octets, place)
), locked as materialized (
  select b.id, b.account_id, b.uid_validity, b.uid_next, b.mod_seq from store.mailbox b
  where b.id = any($1::int8[]) order by b.id for update skip locked
), accounts as materialized (
  select a.id, a.quota_bytes,
    case when a.quota_bytes is null then 0 else (select coalesce(sum(q.bytes), 0) from store.mailbox q where q.account_id = a.id) end as used
  from directory.account a where a.id in (select account_id from locked)
), checked as materialized (
  select r.*, l.uid_validity, l.uid_next, l.mod_seq + 1 as mod_seq,
    a.quota_bytes is not null
      and a.used + sum(r.octets) over (partition by l.account_id order by r.place) > a.quota_bytes as full
  from request r join locked l on l.id = r.mailbox_id left join accounts a on a.id = l.account_id
), taken as materialized (
  select c.*, c.uid_next + sum(c.count) over (partition by c.mailbox_id order by c.place) - c.count as first_uid
  from checked c where not coalesce(c.full, false)
), message as materialized (
  select t.mailbox_id, t.mod_seq, t.first_uid + m.n as uid, m.*
  from taken t join json_to_recordset($4::json)
    as m (place int8, n int8, flags int2, keywords text[], internal_date timestamptz, size int8, content_id uuid) on m.place = t.place
), content as (
  insert into store.content (${contentColumns.names})
  select ${contentColumns.values}
  from json_to_recordset($5::json) as i(${contentColumns.declared}) where i.id in (select content_id from message)
  on conflict do nothing
), appended as (
  insert into store.message (mailbox_id, uid, mod_seq, flags, keywords, internal_date, size, content_id)
  select mailbox_id, uid, mod_seq, flags, keywords, internal_date, size, content_id from message
), counted as (
  update store.mailbox b
  set uid_next = b.uid_next + t.count, mod_seq = t.mod_seq, exists_count = b.exists_count + t.count, bytes = b.bytes + t.octets,
    unseen_count = b.unseen_count + t.unseen,
    keywords = case when t.keywords is null then b.keywords else store.with_keywords(b.keywords, t.keywords, $6) end
  from (
    select mailbox_id, mod_seq, count(*) as count, sum(size)::int8 as octets, count(*) filter (where flags & 1 = 0) as unseen,
      (select array_agg(k) from message k_of, unnest(k_of.keywords) k where k_of.mailbox_id = message.mailbox_id) as keywords
    from message group by mailbox_id, mod_seq) t
  where b.id = t.mailbox_id
)
select c.place, coalesce(c.full, false) as full, c.uid_validity, t.first_uid, c.mod_seq
from checked c left join taken t on t.place = c.place order by c.place`;

/** As `appendMessages` without anything to replace, together with the messages of others. */
export type AppendMessages = (mailboxId: number, messages: readonly NewMessage[]) => Promise<AppendOutcome>;

export function sharedAppend(db: Database): AppendMessages {
  const shared = gather<Request, AppendOutcome | 'alone'>((requests) => appendTogether(db, requests), {
    maxItems: MAX_GROUP,
    concurrency: GROUPS_AT_ONCE,
  });
  return async (mailboxId, messages) => {
    const outcome = isShort(messages) ? await shared({ mailboxId, messages }) : 'alone';
    // Who waits for a lock lets nobody else wait; and it tells whether the mailbox is there.
    return outcome === 'alone' ? appendMessages(db, mailboxId, messages) : outcome;
  };
}

function isShort(messages: readonly NewMessage[]): boolean {
  const octets = messages.reduce((sum, { content: { description: d } }) => {
    return sum + d.shortHeader.length + d.envelope.length + d.bodyStructure.length + d.parts.length;
  }, 0);
  return octets <= MAX_SHARED_TEXT / MAX_GROUP || (messages.length === 1 && octets <= MAX_SHARED_TEXT);
}

/** A group that the database refuses is tried one by one: it may be for one of them only. */
async function appendTogether(
  db: Queryable,
  requests: readonly Request[],
): Promise<(AppendOutcome | 'alone')[]> {
  try {
    return await append(db, requests);
  } catch (error) {
    if (isTransient(error) || requests.length === 1) throw error;
    return requests.map(() => 'alone');
  }
}

async function append(db: Queryable, requests: readonly Request[]): Promise<(AppendOutcome | 'alone')[]> {
  const sizes = requests.map(({ messages }) => messages.map(sizeOf));
  const messages = requests.flatMap((request, place) =>
    request.messages.map(({ content, flags, keywords, internalDate }, n) => ({
      ...{ place: place + 1, n, flags: flags & ALL_FLAGS, keywords: distinctKeywords(keywords) },
      ...{ internal_date: internalDate, size: sizes[place]?.[n], content_id: content.id },
    })),
  );
  const rows = await db.query<OutcomeRow>({
    name: 'append_shared',
    text: APPEND,
    values: [
      requests.map(({ mailboxId }) => mailboxId),
      requests.map((request) => request.messages.length),
      sizes.map((each) => each.reduce((sum, size) => sum + size, 0)),
      JSON.stringify(messages),
      JSON.stringify(
        requests.flatMap((request) => request.messages.map(({ content }) => contentRow(content))),
      ),
      MAX_MAILBOX_KEYWORDS,
    ],
  });
  const byPlace = new Map(rows.map((row) => [row.place, row]));
  return requests.map(({ messages: { length } }, place) => outcomeOf(byPlace.get(place + 1), length));
}

function outcomeOf(row: OutcomeRow | undefined, count: number): AppendOutcome | 'alone' {
  // What others of the group were refused for may be what makes it too much.
  if (row === undefined || row.full) return 'alone';
  return {
    kind: 'appended',
    uidValidity: row.uid_validity,
    uids: Array.from({ length: count }, (_, index) => row.first_uid + index),
    modSeq: row.mod_seq,
    replacedModSeq: null,
  };
}
