// Mails that stay at a filter's step: for a time, or until a person looks at them.
import type { Queryable } from '../db.ts';
import { storedText } from './end-recipients.ts';
import { type Holder, holderColumns } from './hold.ts';

const PARK = `
with input as materialized (
  select * from json_to_recordset($2::json) as i(mail_id uuid, seconds float8, reason text)
), locked as materialized (
  select m.id from queue.mail m where m.id in (select mail_id from input) order by m.id for update
)
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
    reason: storedText(reason),
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
  const values = [mail, filter, storedText(reason), ...holderColumns(holder)];
  const held = await db.query({ name: 'hold_mail', text: HOLD, values });
  return held.length > 0;
}
