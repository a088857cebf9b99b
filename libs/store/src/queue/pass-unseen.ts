// A person lets a mail pass a filter that has not looked at it.
import type { Queryable } from '../db.ts';
import { storedText } from './end-recipients.ts';
import { resumeMail } from './hold.ts';
import type { MailInHand } from './load-mail.ts';

/**
 * Moves a locked mail that waits at `filter` to the step `next`. What is written is what happened: a quarantine by
 * that filter, released, of a content that nobody looked at. A verdict that is there already stands.
 */
export async function passUnseen(
  tx: Queryable,
  mail: Pick<MailInHand, 'id' | 'generation'>,
  { filter, next, reason }: { filter: string; next: string; reason: string },
): Promise<void> {
  await tx.query({
    name: 'pass_unseen',
    text: `insert into queue.verdict (mail_id, filter, generation, result, reason, unseen)
      values ($1, $2, $3, 'quarantine', $4, true) on conflict do nothing`,
    values: [mail.id, filter, mail.generation, storedText(reason)],
  });
  await resumeMail(tx, mail.id, next, filter);
}
