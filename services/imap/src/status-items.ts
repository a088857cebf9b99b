// What STATUS can say of a mailbox (RFC 9051 §6.3.11, RFC 7162 §3.1.7, RFC 7889 §4); LIST asks for it too.
import { countDeleted, countFrom, type Mailbox } from '@pochtar/store/mailbox';
import { maxMessageSize } from './capabilities.ts';
import { formatMailboxName } from './mailbox-argument.ts';
import type { Session } from './command.ts';
import { BadSyntax, type Cursor } from './syntax/cursor.ts';

const ITEMS = [
  'MESSAGES',
  'RECENT',
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
  'SIZE',
  'DELETED',
  'HIGHESTMODSEQ',
  'APPENDLIMIT',
] as const;
export type StatusItem = (typeof ITEMS)[number];

/** `(MESSAGES UNSEEN)` */
export function parseStatusItems(cursor: Cursor): StatusItem[] {
  const items = cursor.list(() => {
    const word = cursor.word();
    const item = ITEMS.find((each) => each === word);
    if (item === undefined) throw new BadSyntax(`unknown status item ${word}`);
    return item;
  });
  if (items.length === 0) throw new BadSyntax('no status item');
  return [...new Set(items)];
}

/** The `* STATUS …` line. One row answers all but DELETED and RECENT. */
export async function statusLine(
  session: Session,
  mailbox: Mailbox,
  items: readonly StatusItem[],
): Promise<string> {
  // RFC 7162 §3.1: asking for it enables CONDSTORE.
  if (items.includes('HIGHESTMODSEQ')) session.enabled.add('CONDSTORE');
  const values: string[] = [];
  for (const item of items) values.push(`${item} ${await valueOf(session, mailbox, item)}`);
  return `* STATUS ${formatMailboxName(session, mailbox.name)} (${values.join(' ')})\r\n`;
}

function valueOf(session: Session, mailbox: Mailbox, item: StatusItem): number | Promise<number> {
  const { db, settings } = session.server;
  switch (item) {
    case 'MESSAGES':
      return mailbox.exists;
    case 'RECENT':
      return mailbox.recentUid >= mailbox.uidNext ? 0 : countFrom(db, mailbox.id, mailbox.recentUid);
    case 'UIDNEXT':
      return mailbox.uidNext;
    case 'UIDVALIDITY':
      return mailbox.uidValidity;
    case 'UNSEEN':
      return mailbox.unseen;
    case 'SIZE':
      return mailbox.bytes;
    case 'DELETED':
      return mailbox.exists === 0 ? 0 : countDeleted(db, mailbox.id);
    case 'HIGHESTMODSEQ':
      return mailbox.modSeq;
    case 'APPENDLIMIT':
      return maxMessageSize(settings.current('sending'));
  }
}
