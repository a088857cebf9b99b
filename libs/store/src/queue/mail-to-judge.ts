// What a content filter is shown of a mail.
import type { BlobReference } from '../blob/index.ts';
import type { Queryable } from '../db.ts';
import { ENVELOPE_COLUMNS, envelopeOf, type EnvelopeRow, type QueuedEnvelope } from './queued-envelope.ts';
import type { Result } from './verdict.ts';

/** What a filter is shown of a mail: the envelope, and where its original body lies. */
export interface MailToJudge extends QueuedEnvelope {
  id: string;
  /** The original, as it was accepted. Null when the content row is gone, which must never be. */
  content: {
    id: string;
    blob: BlobReference;
    headerLength: number;
    /** Ranges of it that no reader is shown: they were left out when it was accepted. */
    removed: number[] | null;
  } | null;
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
  result: Result;
  prefix: Buffer | null;
  removed: number[] | null;
  replacementContentId: string | null;
}

const LOAD = `
select m.id, ${ENVELOPE_COLUMNS}, m.slip, m.step, m.state, m.attempts, m.generation, c.pack_id, c.pack_offset, c.length, c.header_length,
  coalesce(m.removed_at_acceptance, c.removed) as removed,
  array(select r.address from queue.recipient r where r.mail_id = m.id order by r.address) as recipients,
  (select json_agg(json_build_object('filter', v.filter, 'recipient', v.recipient, 'result', v.result,
      'prefix', encode(v.prefix, 'base64'), 'removed', v.removed, 'replacementContentId', v.replacement_content_id))
    from queue.verdict v where v.mail_id = m.id and v.generation = m.generation) as verdicts
from queue.mail m left join store.content c on c.id = m.id
where m.id = any($1::uuid[])`;

interface LoadedRow extends EnvelopeRow {
  id: string;
  slip: string[];
  step: string;
  state: MailToJudge['state'];
  attempts: number;
  pack_id: string | null;
  pack_offset: number;
  length: number;
  header_length: number;
  removed: number[] | null;
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
  const blob =
    row.pack_id === null ? null : { packId: row.pack_id, offset: row.pack_offset, length: row.length };
  return {
    id: row.id,
    content: blob && { id: row.id, blob, headerLength: row.header_length, removed: rangesOf(row.removed) },
    ...envelopeOf(row),
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

/** An edit that came to nothing is written as no ranges. */
function rangesOf(removed: number[] | null): number[] | null {
  return removed === null || removed.length === 0 ? null : removed;
}
