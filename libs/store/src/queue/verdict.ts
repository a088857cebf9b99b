// The part of the queue that content filters see: the mail in hand, its verdict, and waiting.
//
// A verdict and the move to the next step are one statement for a whole batch. The first verdict of a filter in a
// generation stands; a mail that is no longer at the filter's step, or not active, is not moved. Rows are locked by
// ascending id.
import type { BlobReference } from '../blob/index.ts';
import type { Queryable } from '../db.ts';
import type { Origin } from './accept.ts';
import { type Holder, holderColumns } from './hold.ts';

/** What a filter is shown of a mail: the envelope, and where its original body lies. */
export interface MailToJudge {
  id: string;
  /** Null when the content row is gone, which must never be. */
  content: { id: string; blob: BlobReference; headerLength: number } | null;
  acceptedAt: Date;
  /** '' is the null reverse path. */
  reversePath: string;
  origin: Origin;
  /** The login that submitted it. */
  accountId: number | null;
  clientAddress: string | null;
  helo: string;
  smtpUtf8: boolean;
  /** Address keys. */
  recipients: string[];
  slip: string[];
  step: string;
  state: 'active' | 'parked' | 'held';
  /** How often it was parked at this step. */
  attempts: number;
  /** The verdict that is asked for belongs to this generation; one of an earlier generation comes to nothing. */
  generation: number;
  /** Verdicts of this generation that are there already, in no order: what they edit, a later filter must know. */
  verdicts: EarlierVerdict[];
  /** The filter has given its verdict already. */
  isJudged: boolean;
}

export interface EarlierVerdict {
  filter: string;
  /** '' is the verdict on the mail; an address key: what is different for that recipient. */
  recipient: string;
  result: VerdictRow['result'];
  prefix: Buffer | null;
  removed: number[] | null;
  replacementContentId: string | null;
}

/** What a filter says of a mail, or of a single recipient of it. */
export interface Judgement {
  result: 'accept' | 'defer' | 'reject' | 'quarantine' | 'discard';
  reason: string;
  /** Header fields to put in front. */
  prefix?: Buffer | null;
  /** [start, end) ranges of the original's header to leave out. */
  removed?: number[] | null;
  /** A content row that is delivered instead of the original. */
  replacementContentId?: string | null;
  /** Let through without a look at its content. */
  isUnseen?: boolean;
  /** A mailbox by special use (\Junk) or by name, instead of INBOX. */
  target?: string | null;
}

export interface VerdictRow extends Judgement {
  mail: string;
  /** The step that follows on the mail's slip. */
  next: string;
  /** Of the mail as it was shown to the filter. */
  generation: number;
  /** The newest revision of the settings it was given by. */
  settingsRevision?: number;
  /** What is different for single recipients. */
  recipients?: readonly (Judgement & { recipient: string })[];
}

/** A verdict that is there already: the mail only moves. */
export type Move = Pick<VerdictRow, 'mail' | 'next' | 'generation'>;

const LOAD = `
select m.id, m.content_id, m.accepted_at, m.reverse_path, m.origin, m.account_id, host(m.client_address) as client_address,
  m.helo, m.smtp_utf8, m.slip, m.step, m.state, m.attempts, m.generation, c.pack_id, c.pack_offset, c.length, c.header_length,
  array(select r.address from queue.recipient r where r.mail_id = m.id order by r.address) as recipients,
  (select json_agg(json_build_object('filter', v.filter, 'recipient', v.recipient, 'result', v.result,
      'prefix', encode(v.prefix, 'base64'), 'removed', v.removed, 'replacementContentId', v.replacement_content_id))
    from queue.verdict v where v.mail_id = m.id and v.generation = m.generation) as verdicts
from queue.mail m left join store.content c on c.id = m.content_id
where m.id = any($1::uuid[])`;

interface LoadedRow {
  id: string;
  content_id: string;
  accepted_at: Date;
  reverse_path: string;
  origin: Origin;
  account_id: number | null;
  client_address: string | null;
  helo: string;
  smtp_utf8: boolean;
  slip: string[];
  step: string;
  state: MailToJudge['state'];
  attempts: number;
  pack_id: string | null;
  pack_offset: number;
  length: number;
  header_length: number;
  recipients: string[];
  generation: number;
  verdicts: (Omit<EarlierVerdict, 'prefix'> & { prefix: string | null })[] | null;
}

/** The mails by id; those that are gone are missing. */
export async function mailsToJudge(
  db: Queryable,
  filter: string,
  mails: readonly string[],
): Promise<Map<string, MailToJudge>> {
  const rows = await db.query<LoadedRow>({ name: 'mails_to_judge', text: LOAD, values: [mails] });
  return new Map(rows.map((row) => [row.id, mailOf(row, filter)]));
}

function mailOf(row: LoadedRow, filter: string): MailToJudge {
  const verdicts = (row.verdicts ?? []).map((verdict) => ({
    ...verdict,
    prefix: verdict.prefix === null ? null : Buffer.from(verdict.prefix, 'base64'),
  }));
  const blob = row.pack_id && { packId: row.pack_id, offset: row.pack_offset, length: row.length };
  return {
    id: row.id,
    content: blob ? { id: row.content_id, blob, headerLength: row.header_length } : null,
    acceptedAt: row.accepted_at,
    reversePath: row.reverse_path,
    origin: row.origin,
    accountId: row.account_id,
    clientAddress: row.client_address,
    helo: row.helo,
    smtpUtf8: row.smtp_utf8,
    recipients: row.recipients,
    slip: row.slip,
    step: row.step,
    state: row.state,
    attempts: row.attempts,
    generation: row.generation,
    verdicts,
    isJudged: verdicts.some((verdict) => verdict.filter === filter && verdict.recipient === ''),
  };
}

const LOCK = `
locked as materialized (
  select m.id, m.generation from queue.mail m where m.id in (select mail_id from input) order by m.id for update
)`;

const JUDGEMENT =
  'result text, reason text, prefix text, removed int8[], replacement_content_id uuid, target text, unseen boolean';

// Rows of single recipients are only made together with the verdict on the mail: two judgements never mix.
const SETTLE = `
with input as materialized (
  select * from json_to_recordset($2::json) as i(mail_id uuid, next text, generation int, settings_revision bigint,
    ${JUDGEMENT}, recipients json)
), ${LOCK}, judged as (
  insert into queue.verdict (mail_id, filter, generation, settings_revision, recipient, result, reason, prefix, removed,
    replacement_content_id, target, unseen)
  select i.mail_id, $1, i.generation, i.settings_revision, '', i.result, i.reason, decode(i.prefix, 'base64'), i.removed,
    i.replacement_content_id, i.target, i.unseen
  from input i join locked l on l.id = i.mail_id and l.generation = i.generation where i.result is not null
  on conflict do nothing
  returning mail_id
), singled_out as (
  insert into queue.verdict (mail_id, filter, generation, settings_revision, recipient, result, reason, prefix, removed,
    replacement_content_id, target, unseen)
  select i.mail_id, $1, i.generation, i.settings_revision, r.recipient, r.result, r.reason, decode(r.prefix, 'base64'),
    r.removed, r.replacement_content_id, r.target, r.unseen
  from judged j join input i on i.mail_id = j.mail_id,
    json_to_recordset(i.recipients) as r(recipient text, ${JUDGEMENT})
  on conflict do nothing
)
update queue.mail m
set step = i.next, step_at = now(), state = 'active', due_at = null, attempts = 0, reason = null
from input i join locked l on l.id = i.mail_id
where m.id = i.mail_id and m.step = $1 and m.state = 'active' and m.generation = i.generation
returning m.id`;

/**
 * Inserts verdicts (each mail once) and moves the mails to their next step. Returns the mails that were moved.
 * A row without `result` only moves: its verdict is there already.
 */
export async function settleVerdicts(
  db: Queryable,
  filter: string,
  verdicts: readonly (VerdictRow | Move)[],
): Promise<Set<string>> {
  const rows = verdicts.map((verdict) => ({
    mail_id: verdict.mail,
    next: verdict.next,
    generation: verdict.generation,
    ...('result' in verdict && {
      settings_revision: verdict.settingsRevision ?? 0,
      ...judgementRow(verdict),
      recipients:
        verdict.recipients?.map((one) => ({ recipient: one.recipient, ...judgementRow(one) })) ?? null,
    }),
  }));
  const moved = await db.query<{ id: string }>({
    name: 'settle_verdicts',
    text: SETTLE,
    values: [filter, JSON.stringify(rows)],
  });
  return new Set(moved.map((row) => row.id));
}

function judgementRow(judgement: Judgement): Record<string, unknown> {
  return {
    result: judgement.result,
    reason: reasonText(judgement.reason),
    prefix: judgement.prefix?.toString('base64') ?? null,
    removed: judgement.removed ?? null,
    replacement_content_id: judgement.replacementContentId ?? null,
    target: judgement.target ?? null,
    unseen: judgement.isUnseen ?? false,
  };
}

const PARK = `
with input as materialized (
  select * from json_to_recordset($2::json) as i(mail_id uuid, seconds float8, reason text)
), ${LOCK}
update queue.mail m
set state = 'parked', due_at = now() + make_interval(secs => i.seconds), attempts = m.attempts + 1, reason = i.reason
from input i join locked l on l.id = i.mail_id
where m.id = i.mail_id and m.step = $1 and m.state = 'active'`;

/**
 * Lets mails wait at this step. Whoever finds them due makes them active again and publishes the step; no event
 * is owed meanwhile.
 */
export async function parkMails(
  db: Queryable,
  filter: string,
  waits: readonly { mail: string; seconds: number; reason: string }[],
): Promise<void> {
  const rows = waits.map(({ mail, seconds, reason }) => ({
    mail_id: mail,
    seconds,
    reason: reasonText(reason),
  }));
  await db.query({ name: 'park_mails', text: PARK, values: [filter, JSON.stringify(rows)] });
}

const HOLD = `
update queue.mail set state = 'held', due_at = null, reason = $3, held_by = $4, held_filter = $5
where id = $1 and step = $2 and state = 'active'
returning 1`;

/** Keeps a mail at this filter's step until a person looks at it. False when it is there no more, or waits already. */
export async function holdMail(
  db: Queryable,
  filter: string,
  mail: string,
  holder: Holder,
  reason: string,
): Promise<boolean> {
  const values = [mail, filter, reasonText(reason), ...holderColumns(holder)];
  const held = await db.query({ name: 'hold_mail', text: HOLD, values });
  return held.length > 0;
}

const MAX_REASON = 1000;

// Postgres takes no U+0000 in text, and no lone surrogate in JSON.
function reasonText(reason: string): string {
  return reason.slice(0, MAX_REASON).replaceAll('\u0000', '').toWellFormed();
}
