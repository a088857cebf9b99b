// The name of a mailbox in a command, and in an answer.
import { mailboxName } from '@pochtar/store/mailbox';
import type { Session } from './command.ts';
import type { Cursor } from './syntax/cursor.ts';
import { decodeMailboxName, encodeMailboxName } from './syntax/mailbox-utf7.ts';
import { formatAstring, formatUtf8 } from './syntax/response-text.ts';

/** The stored form of the next argument; null when no mailbox can have that name. */
export function readMailboxName(session: Session, cursor: Cursor): string | null {
  return readGivenName(session, cursor).name;
}

/** The next argument, as it was given and in the stored form. */
export function readGivenName(session: Session, cursor: Cursor): { given: string; name: string | null } {
  const given = decodeMailboxName(cursor.astring(), session.isUtf8);
  return given === null ? { given: '', name: null } : { given, name: mailboxName(given) };
}

export function formatMailboxName(session: Session, name: string): string {
  const octets = encodeMailboxName(name, session.isUtf8);
  return session.isUtf8 ? formatUtf8(octets) : formatAstring(octets);
}
