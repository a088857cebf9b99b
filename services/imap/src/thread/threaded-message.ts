// What threading knows of a message (RFC 5256 §2.1, §2.2, §3).
import { baseSubject } from '../sort/base-subject.ts';
import { collationKey } from '../sort/collation.ts';
import type { SearchedMessage } from '../search/searched-message.ts';
import { messageIds } from './message-ids.ts';

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

/** What RFC 5256 §3 REFERENCES looks at beside the subject is read only where it is asked for. */
export async function threadedMessage(
  message: SearchedMessage,
  sentAt: number,
  needsReferences: boolean,
): Promise<ThreadedMessage> {
  const { text, isReply } = baseSubject((await message.fieldValue('subject')) ?? '');
  const subject = collationKey(text);
  if (!needsReferences) return { uid: message.uid, sentAt, subject, isReply, id: null, references: [] };
  const [id = null] = messageIds((await message.fieldValue('message-id')) ?? '');
  let references = messageIds((await message.fieldValue('references')) ?? '');
  // RFC 5256 §3 REFERENCES (1): without References, the first id of In-Reply-To.
  if (references.length === 0)
    references = messageIds((await message.fieldValue('in-reply-to')) ?? '').slice(0, 1);
  return { uid: message.uid, sentAt, subject, isReply, id, references };
}
