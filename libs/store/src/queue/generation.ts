// A filter looks at a mail once more: its verdict and those of the filters behind it no longer count, since they have
// seen what it made of the mail; those of the filters before it stay. What was found before stays in the table.
import type { Queryable } from '../db.ts';
import type { MailInHand } from './load-mail.ts';

const BEGIN = `
with kept as (
  update queue.verdict set generation = generation + 1
  where mail_id = $1 and generation = $3 and filter = any($4::text[])
), waiting as (
  update queue.recipient set route = 'unrouted', destination = null, due_at = null where mail_id = $1 and route = 'remote'
), dead as (
  insert into store.maybe_dead (content_id) select content_id from queue.mail where id = $1 and content_id <> $1
)
update queue.mail m
set generation = m.generation + 1, step = $2, step_at = now(), state = 'active', due_at = null, attempts = 0, reason = null,
  held_by = null, held_filter = null, content_id = m.id,
  removed_at_acceptance = coalesce(m.removed_at_acceptance, (select removed from store.content where id = m.id), '{}'),
  released_filters = array(select unnest(m.released_filters) intersect select unnest($4::text[]))
where m.id = $1`;

/**
 * Begins a new generation of a locked mail's verdicts at `filter`; its event is owed from now on. False: the filter is
 * not on the slip, or a sender has the mail in hand right now (then try again when it is settled).
 */
export async function beginGeneration(tx: Queryable, mail: MailInHand, filter: string): Promise<boolean> {
  const at = mail.slip.indexOf(filter);
  if (at === -1 || mail.recipients.some(({ leaseOwner }) => leaseOwner !== null)) return false;
  await tx.query({
    name: 'begin_generation',
    text: BEGIN,
    values: [mail.id, filter, mail.generation, mail.slip.slice(0, at)],
  });
  return true;
}
