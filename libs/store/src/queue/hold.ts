// What a person, a filter or poison does to a mail that is locked: keeping it, letting it go, trying it now.
//
// Who holds is a column, never a word in the reason: a release is of one holder, and what a filter has quarantined
// is let go for that filter alone.
import type { Queryable } from '../db.ts';
import { storedText } from './end-recipients.ts';

export const holders = ['filter', 'poison', 'person', 'volume'] as const;
export type HeldBy = (typeof holders)[number];

/**
 * Who keeps a mail: a filter by its verdict; poison (a step failed for good); a person; a volume that does not have
 * the body.
 */
export type Holder = { filter: string } | Exclude<HeldBy, 'filter'>;

/** The columns held_by and held_filter. */
export function holderColumns(holder: Holder): [HeldBy, string | null] {
  return typeof holder === 'string' ? [holder, null] : ['filter', holder.filter];
}

/** Keeps a locked mail at its step. Nothing of it is due any more; an attempt under way still ends. */
export async function keepMail(tx: Queryable, mail: string, holder: Holder, reason: string): Promise<void> {
  await tx.query({
    name: 'keep_mail',
    text: `with waiting as (
        update queue.recipient set due_at = null where mail_id = $1 and lease_owner is null
      )
      update queue.mail set state = 'held', due_at = null, reason = $2, held_by = $3, held_filter = $4 where id = $1`,
    values: [mail, storedText(reason), ...holderColumns(holder)],
  });
}

/**
 * Lets a locked mail go on at `step`: what waits is due now, and an event is owed (except for 'schedule').
 * `released`: the filter whose verdict a person has overruled; those of all others still count.
 */
export async function resumeMail(
  tx: Queryable,
  mail: string,
  step: string,
  released: string | null,
): Promise<void> {
  await tx.query({
    name: 'resume_mail',
    text: `with waiting as (
        update queue.recipient set due_at = case when route = 'remote' then now() end
        where mail_id = $1 and lease_owner is null
      )
      update queue.mail
      set state = 'active', step = $2, step_at = now(), due_at = null, attempts = 0, reason = null, held_by = null,
        held_filter = null,
        released_filters = case when $3::text is null or $3 = any(released_filters) then released_filters
          else array_append(released_filters, $3) end
      where id = $1`,
    values: [mail, step, released],
  });
}
