// The keywords in use in a mailbox, which SELECT names (RFC 9051 §7.3.5). They are noted with the change that brings
// them, under the lock of the mailbox row, and never taken out: a client may still know them.
import type { Queryable } from '../db.ts';
import { MAX_MAILBOX_KEYWORDS } from './flags.ts';
import type { Mailbox } from './mailbox-row.ts';

/** The mailbox must be locked. Mostly there is nothing new, and nothing is written. */
export async function noteKeywords(
  tx: Queryable,
  mailbox: Pick<Mailbox, 'id' | 'usedKeywords'>,
  keywords: Iterable<string>,
): Promise<void> {
  const known = new Set(mailbox.usedKeywords.map((keyword) => keyword.toLowerCase()));
  const added: string[] = [];
  for (const keyword of keywords) {
    if (known.size >= MAX_MAILBOX_KEYWORDS) break;
    if (keyword === '' || known.has(keyword.toLowerCase())) continue;
    known.add(keyword.toLowerCase());
    added.push(keyword);
  }
  if (added.length === 0) return;
  await tx.query({
    name: 'mailbox_note_keywords',
    text: 'update store.mailbox set keywords = keywords || $2::text[] where id = $1',
    values: [mailbox.id, added],
  });
  mailbox.usedKeywords = [...mailbox.usedKeywords, ...added];
}
