// A filter's verdict and the move to the next step: one statement for a whole batch. The first verdict of a filter in a
// generation stands; a mail that is no longer at the filter's step, or not active, is not moved. Rows are locked by
// ascending id.
import type { Queryable } from '../db.ts';
import { storedText } from './end-recipients.ts';

export type Result = 'accept' | 'defer' | 'reject' | 'quarantine' | 'discard';

/** What a filter says of a mail, or of a single recipient of it. */
export interface Judgement {
  result: Result;
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
    reason: storedText(judgement.reason),
    prefix: judgement.prefix?.toString('base64') ?? null,
    removed: judgement.removed ?? null,
    replacement_content_id: judgement.replacementContentId ?? null,
    target: judgement.target ?? null,
    unseen: judgement.isUnseen ?? false,
  };
}
