// The end of recipients: their trace is written, their rows go, and with the last one the mail, its verdicts and
// what it alone kept alive. One statement, in the transaction that delivered, bounced or gave them up.
import { cleanText } from '@pochtar/mail';
import type { Queryable } from '../db.ts';

/** What became of a recipient. */
export type Ending = 'delivered' | 'relayed' | 'expanded' | 'bounced' | 'discarded' | 'redirected';

export interface EndedRecipient {
  address: string;
  outcome: Ending;
  /** Where it went, or why it did not. */
  detail?: string;
}

// A content that a message refers to lives on; what nothing refers to is looked at again after the grace time.
const END = `
with ended as materialized (
  select * from json_to_recordset($2::json) as e(address text, outcome text, detail text)
), gone as (
  delete from queue.recipient r using ended e where r.mail_id = $1 and r.address = e.address
  returning r.address, r.attempt
), traced as (
  insert into trace.delivery (mail_id, recipient, accepted_at, reverse_path, origin, client_address, size, outcome, detail,
    attempts, account_id, message_id, subject)
  select m.id, g.address, m.accepted_at, m.reverse_path, m.origin, m.client_address, m.size, e.outcome, e.detail,
    g.attempt + case when e.outcome = 'delivered' then 1 else 0 end, m.account_id,
    m.message_id, m.subject
  from gone g join ended e on e.address = g.address join queue.mail m on m.id = $1
  on conflict (mail_id, recipient) do update
    set outcome = excluded.outcome, detail = excluded.detail, ended_at = now(), attempts = excluded.attempts
), finished as (
  delete from queue.mail m
  where m.id = $1
    and not exists (select from queue.recipient r where r.mail_id = $1 and r.address not in (select address from ended))
  returning m.id, m.content_id
), unjudged as (
  delete from queue.verdict v using finished f where v.mail_id = f.id
  returning v.replacement_content_id
), dead as (
  insert into store.maybe_dead (content_id)
  select c.id from (
    select id from finished
    union select content_id from finished
    union select replacement_content_id from unjudged where replacement_content_id is not null
  ) c where not exists (select from store.message s where s.content_id = c.id)
  on conflict do nothing
)
select exists (select from finished) as "isFinished"`;

/**
 * Ends recipients of a locked mail (addresses that are none of its recipients are passed over); with an empty
 * list only a mail that has no recipient left. True when the mail has left the queue.
 */
export async function endRecipients(
  tx: Queryable,
  mail: string,
  recipients: readonly EndedRecipient[],
): Promise<boolean> {
  const rows = recipients.map(({ address, outcome, detail }) => ({
    address,
    outcome,
    detail: storedText(detail ?? ''),
  }));
  const [row] = await tx.query<{ isFinished: boolean }>({
    name: 'end_recipients',
    text: END,
    values: [mail, JSON.stringify(rows)],
  });
  return row?.isFinished ?? false;
}

const MAX_TEXT = 1000;

/** Text as the queue keeps it: bounded, and free of what Postgres refuses. */
export function storedText(text: string): string {
  return cleanText(text.slice(0, MAX_TEXT));
}
