// The part of the queue that content filters see: the mail in hand, its verdict, and waiting.
//
// A verdict and the move to the next step are one statement for a whole batch. The first verdict of a filter
// stands for ever; a mail that is no longer at the filter's step, or not active, is not moved. Rows are locked
// by ascending id.
import type { BlobReference } from '../blob/index.ts';
import type { Queryable } from '../db.ts';
import type { Origin } from './accept.ts';

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
  /** The filter has given its verdict already. */
  isJudged: boolean;
}

export interface VerdictRow {
  mail: string;
  /** The step that follows on the mail's slip. */
  next: string;
  result: 'accept' | 'defer' | 'reject' | 'quarantine' | 'discard';
  reason: string;
  /** Header fields to put in front. */
  prefix?: Buffer | null;
  /** [start, end) ranges of the original's header to leave out. */
  removed?: number[] | null;
  /** A content row that is delivered instead of the original. */
  replacementContentId?: string | null;
}

const LOAD = `
select m.id, m.content_id, m.accepted_at, m.reverse_path, m.origin, m.account_id, host(m.client_address) as client_address,
  m.helo, m.smtp_utf8, m.slip, m.step, m.state, m.attempts, c.pack_id, c.pack_offset, c.length, c.header_length,
  array(select r.address from queue.recipient r where r.mail_id = m.id order by r.address) as recipients,
  exists (select from queue.verdict v where v.mail_id = m.id and v.filter = $1) as is_judged
from queue.mail m left join store.content c on c.id = m.content_id
where m.id = any($2::uuid[])`;

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
  is_judged: boolean;
}

/** The mails by id; those that are gone are missing. */
export async function mailsToJudge(
  db: Queryable,
  filter: string,
  mails: readonly string[],
): Promise<Map<string, MailToJudge>> {
  const rows = await db.query<LoadedRow>({ name: 'mails_to_judge', text: LOAD, values: [filter, mails] });
  return new Map(rows.map((row) => [row.id, mailOf(row)]));
}

function mailOf(row: LoadedRow): MailToJudge {
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
    isJudged: row.is_judged,
  };
}

const LOCK = `
locked as materialized (
  select m.id from queue.mail m where m.id in (select mail_id from input) order by m.id for update
)`;

const SETTLE = `
with input as materialized (
  select * from json_to_recordset($2::json) as i(mail_id uuid, next text, result text, reason text, prefix text,
    removed int8[], replacement_content_id uuid)
), ${LOCK}, judged as (
  insert into queue.verdict (mail_id, filter, result, reason, prefix, removed, replacement_content_id)
  select i.mail_id, $1, i.result, i.reason, decode(i.prefix, 'base64'), i.removed, i.replacement_content_id
  from input i join locked l on l.id = i.mail_id where i.result is not null
  on conflict do nothing
)
update queue.mail m
set step = i.next, step_at = now(), state = 'active', due_at = null, attempts = 0, reason = null
from input i join locked l on l.id = i.mail_id
where m.id = i.mail_id and m.step = $1 and m.state = 'active'
returning m.id`;

/**
 * Inserts verdicts (each mail once) and moves the mails to their next step. Returns the mails that were moved.
 * A row without `result` only moves: its verdict is there already.
 */
export async function settleVerdicts(
  db: Queryable,
  filter: string,
  verdicts: readonly (VerdictRow | { mail: string; next: string })[],
): Promise<Set<string>> {
  const rows = verdicts.map((verdict) => ({
    mail_id: verdict.mail,
    next: verdict.next,
    ...('result' in verdict && {
      result: verdict.result,
      reason: reasonText(verdict.reason),
      prefix: verdict.prefix?.toString('base64') ?? null,
      removed: verdict.removed ?? null,
      replacement_content_id: verdict.replacementContentId ?? null,
    }),
  }));
  const moved = await db.query<{ id: string }>({
    name: 'settle_verdicts',
    text: SETTLE,
    values: [filter, JSON.stringify(rows)],
  });
  return new Set(moved.map((row) => row.id));
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
update queue.mail set state = 'held', due_at = null, reason = $3
where id = $1 and step = $2 and state = 'active'
returning 1`;

/** Keeps a mail at this step until a person looks at it. False when it is there no more, or waits already. */
export async function holdMail(
  db: Queryable,
  filter: string,
  mail: string,
  reason: string,
): Promise<boolean> {
  const held = await db.query({ name: 'hold_mail', text: HOLD, values: [mail, filter, reasonText(reason)] });
  return held.length > 0;
}

const MAX_REASON = 1000;

// Postgres takes no U+0000 in text, and no lone surrogate in JSON.
function reasonText(reason: string): string {
  return reason.slice(0, MAX_REASON).replaceAll('\u0000', '').toWellFormed();
}
