// What threading knows of a message (RFC 5256 §2.1, §2.2, §3).
import { baseSubject, threadIds } from '@pochtar/mail';
import type { ListedTexts } from '@pochtar/store/mailbox';
import { collationKey } from '../sort/collation.ts';
import type { SearchedMessage } from '../search/searched-message.ts';

export interface ThreadedMessage {
  uid: number;
  /** Milliseconds since 1970. */
  sentAt: number;
  /** For comparing; '' for none. */
  subject: string;
  /** Of the subject: a reply or a forward. */
  isReply: boolean;
  /** Null: it has none. */
  id: string | null;
  /** Of the messages above it, the first one first. */
  references: readonly string[];
}

/** What RFC 5256 §3 REFERENCES looks at beside the subject is kept only where it is asked for. */
export function threadedMessage(
  uid: number,
  sentAt: number,
  { baseSubject: text, isReply, threadIds: ids }: ListedTexts,
  needsReferences: boolean,
): ThreadedMessage {
  const subject = collationKey(text);
  if (!needsReferences) return { uid, sentAt, subject, isReply, id: null, references: [] };
  const [own = '', ...references] = ids;
  return { uid, sentAt, subject, isReply, id: own === '' ? null : own, references };
}

/** From the header, of a message whose row does not have them yet. */
export async function listedTexts(message: SearchedMessage): Promise<ListedTexts> {
  const { text, isReply } = baseSubject((await message.fieldValue('subject')) ?? '');
  const ids = threadIds({
    messageId: await message.fieldValue('message-id'),
    references: await message.fieldValue('references'),
    inReplyTo: await message.fieldValue('in-reply-to'),
  });
  return { baseSubject: text, isReply, threadIds: ids };
}
