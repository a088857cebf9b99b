// SETMETADATA (RFC 5464 §4.3).
import { type Annotation, writeAnnotations } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { readAnnotated, readEntry } from '../metadata-entry.ts';
import { no, noSuchMailbox, ok } from '../reply.ts';
import { announceNames } from '../server.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';

/** Octets of a value: the lines and literals of a command are not much longer. */
const MAX_SIZE = 32 * 1024;
const MAX_ENTRIES = 100;

// RFC 5464 §4.3
const tooLarge = no('the value is too large', `METADATA MAXSIZE ${MAX_SIZE}`);
const tooMany = no('the account has too many entries', 'METADATA TOOMANY');
// RFC 5464 §3.2.1.1: what is shared by all accounts is the administrator's.
const notAllowed = no('what all accounts share is not set by one', 'NOPERM');

export const setMetadata: Run = async (session, { cursor }) => {
  cursor.space();
  const annotated = readAnnotated(session, cursor);
  cursor.space();
  const annotations = cursor.list(() => readAnnotation(cursor));
  cursor.end();
  if (annotations.length === 0 || annotations.length > MAX_ENTRIES)
    throw new BadSyntax('no or too many entries');
  const whose = await annotated.find();
  if (whose === null) return noSuchMailbox;
  if (whose.mailboxId === null && annotations.some(({ entry }) => entry.startsWith('/shared/')))
    return notAllowed;
  if (annotations.some(({ value }) => value !== null && value.length > MAX_SIZE)) return tooLarge;
  // RFC 5464 §4.3: all of them or none.
  if (!(await writeAnnotations(session.server.db, whose, annotations))) return tooMany;
  session.notifier?.own(annotated.given);
  announceNames(session.server, session.accountId);
  return ok('done');
};

function readAnnotation(cursor: Cursor): Annotation {
  const entry = readEntry(cursor);
  cursor.space();
  // RFC 5464 §5: a value may be a literal8.
  const isLiteral8 = cursor.take('~');
  const text = isLiteral8 ? cursor.string() : cursor.nstring();
  return { entry, value: text === null ? null : Buffer.from(text, 'latin1') };
}
