// Names of annotations (RFC 5464 §3.2), and whose they are.
import type { Annotated } from '@pochtar/store/mailbox';
import type { Session } from './command.ts';
import { requireMailbox } from './commands/select-examine.ts';
import { readGivenName } from './mailbox-argument.ts';
import { BadSyntax, type Cursor } from './syntax/cursor.ts';

const MAX_ENTRY = 255;
/** RFC 5464 §3.2: no wildcards, no empty component, none at the end; printable US-ASCII. */
const ENTRY = /^\/(?:private|shared)(?:\/[!-$&-)+-.0-~]+)+$/;

/** In lower case: RFC 5464 §3.2, names are compared without regard to case. */
export function readEntry(cursor: Cursor): string {
  const entry = cursor.astring().toLowerCase();
  if (entry.length > MAX_ENTRY || !ENTRY.test(entry)) throw new BadSyntax('no name of an entry');
  return entry;
}

/** RFC 5464 §4: an empty name stands for the account; the name as it stands in the answer. Null: there is no such mailbox. */
export type AnnotatedName = { given: string; find: () => Promise<Annotated | null> };

export function readAnnotated(session: Session, cursor: Cursor): AnnotatedName {
  const { given, name } = readGivenName(session, cursor);
  const { accountId } = session;
  if (given === '') return { given, find: () => Promise.resolve({ accountId, mailboxId: null }) };
  return {
    given: name ?? given,
    find: async () => {
      const mailbox = name === null ? null : await requireMailbox(session, name);
      return mailbox && { accountId, mailboxId: mailbox.id };
    },
  };
}
