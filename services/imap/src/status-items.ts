// What STATUS can say of a mailbox (RFC 9051 §6.3.11, RFC 7162 §3.1.7, RFC 7889 §4, RFC 8474 §4.3,
// RFC 9208 §4.1.4); LIST asks for it too.
import { countDeleted, countRecent, type Mailbox, sumDeleted } from '@pochtar/store/mailbox';
import { maxMessageSize } from './capabilities.ts';
import { formatMailboxName } from './mailbox-argument.ts';
import type { Session } from './command.ts';
import { mailboxId } from './object-id.ts';
import { BadSyntax, type Cursor } from './syntax/cursor.ts';

const ITEMS = [
  'MESSAGES',
  'RECENT',
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
  'SIZE',
  'DELETED',
  'DELETED-STORAGE',
  'HIGHESTMODSEQ',
  'APPENDLIMIT',
  'MAILBOXID',
] as const;
export type StatusItem = (typeof ITEMS)[number];

/** `(MESSAGES UNSEEN)` */
export function parseStatusItems(cursor: Cursor): StatusItem[] {
  const items = cursor.list(() => {
    const word = cursor.word();
    const item = ITEMS.find((each) => each === word);
    if (item === undefined) throw new BadSyntax('unknown status item');
    return item;
  });
  if (items.length === 0) throw new BadSyntax('no status item');
  return [...new Set(items)];
}

/** What the mailbox rows do not say. */
export interface StatusCounts {
  recent: ReadonlyMap<number, number>;
  deleted: ReadonlyMap<number, number>;
  deletedBytes: ReadonlyMap<number, number>;
}

/** One statement an item, for however many mailboxes. */
export async function readStatusCounts(
  session: Session,
  mailboxes: readonly Mailbox[],
  items: readonly StatusItem[],
): Promise<StatusCounts> {
  const { db } = session.server;
  const withMessages = mailboxes.filter(({ exists }) => exists > 0).map(({ id }) => id);
  const withRecent = mailboxes.filter((each) => each.recentUid < each.uidNext).map(({ id }) => id);
  return {
    recent: items.includes('RECENT') && withRecent.length > 0 ? await countRecent(db, withRecent) : NONE,
    deleted:
      items.includes('DELETED') && withMessages.length > 0 ? await countDeleted(db, withMessages) : NONE,
    deletedBytes:
      items.includes('DELETED-STORAGE') && withMessages.length > 0
        ? await sumDeleted(db, withMessages)
        : NONE,
  };
}

const NONE: ReadonlyMap<number, number> = new Map();

/** The `* STATUS …` line. */
export function statusLine(
  session: Session,
  mailbox: Mailbox,
  items: readonly StatusItem[],
  counts: StatusCounts,
): string {
  const values = items.map((item) => `${item} ${valueOf(session, mailbox, item, counts)}`);
  return `* STATUS ${formatMailboxName(session, mailbox.name)} (${values.join(' ')})\r\n`;
}

function valueOf(
  session: Session,
  mailbox: Mailbox,
  item: StatusItem,
  counts: StatusCounts,
): number | string {
  switch (item) {
    case 'MESSAGES':
      return mailbox.exists;
    case 'RECENT':
      return counts.recent.get(mailbox.id) ?? 0;
    case 'UIDNEXT':
      return mailbox.uidNext;
    case 'UIDVALIDITY':
      return mailbox.uidValidity;
    case 'UNSEEN':
      return mailbox.unseen;
    case 'SIZE':
      return mailbox.bytes;
    case 'DELETED':
      return counts.deleted.get(mailbox.id) ?? 0;
    // RFC 9208 §4.1.4: what EXPUNGE would give back.
    case 'DELETED-STORAGE':
      return counts.deletedBytes.get(mailbox.id) ?? 0;
    case 'HIGHESTMODSEQ':
      return mailbox.modSeq;
    case 'MAILBOXID':
      return `(${mailboxId(mailbox)})`;
    case 'APPENDLIMIT':
      return maxMessageSize(session.server.settings.current('sending'));
  }
}
