// What a person, or poison, does to a mail that is locked: keeping it, letting it go, trying it now.
import type { Queryable } from '../db.ts';
import { storedText } from './end-recipients.ts';

/** Keeps a locked mail at its step. Nothing of it is due any more; an attempt under way still ends. */
export async function keepMail(tx: Queryable, mail: string, reason: string): Promise<void> {
  await tx.query({
    name: 'keep_mail',
    text: `with waiting as (
        update queue.recipient set due_at = null where mail_id = $1 and lease_owner is null
      )
      update queue.mail set state = 'held', due_at = null, reason = $2 where id = $1`,
    values: [mail, storedText(reason)],
  });
}

/**
 * Lets a locked mail go on at `step`: what waits is due now, and an event is owed (except for 'schedule').
 * `isReleased`: quarantine verdicts no longer count.
 */
export async function resumeMail(
  tx: Queryable,
  mail: string,
  step: string,
  isReleased: boolean,
): Promise<void> {
  await tx.query({
    name: 'resume_mail',
    text: `with waiting as (
        update queue.recipient set due_at = case when route = 'remote' then now() end
        where mail_id = $1 and lease_owner is null
      )
      update queue.mail
      set state = 'active', step = $2, step_at = now(), due_at = null, attempts = 0, reason = null,
        released = released or $3
      where id = $1`,
    values: [mail, step, isReleased],
  });
}
