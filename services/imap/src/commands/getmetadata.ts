// GETMETADATA (RFC 5464 §4.2).
import { readAnnotations } from '@pochtar/store/mailbox';
import type { Run, Session } from '../command.ts';
import { formatMailboxName } from '../mailbox-argument.ts';
import { readAnnotated, readEntry } from '../metadata-entry.ts';
import { noSuchMailbox, ok } from '../reply.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import { formatAstring, formatString } from '../syntax/response-text.ts';

const MAX_ENTRIES = 100;
const DEPTHS: ReadonlyMap<string, number> = new Map([
  ['0', 0],
  ['1', 1],
  ['INFINITY', Number.POSITIVE_INFINITY],
]);

interface Options {
  maxSize: number;
  depth: number;
}

export const getMetadata: Run = async (session, { cursor }) => {
  cursor.space();
  const options = readOptions(cursor);
  const annotated = readAnnotated(session, cursor);
  cursor.space();
  const entries = cursor.next === '(' ? cursor.list(() => readEntry(cursor)) : [readEntry(cursor)];
  cursor.end();
  if (entries.length === 0 || entries.length > MAX_ENTRIES) throw new BadSyntax('no or too many entries');
  const whose = await annotated.find();
  if (whose === null) return noSuchMailbox;
  const found = await readAnnotations(session.server.db, whose, entries, options.depth);
  const told = found.filter(({ value }) => value.length <= options.maxSize);
  tell(session, annotated.given, told);
  const longest = Math.max(0, ...found.map(({ value }) => value.length));
  // RFC 5464 §4.2.1: what was left out, and how long it is.
  return ok('done', longest > options.maxSize ? `METADATA LONGENTRIES ${longest}` : null);
};

/** `(MAXSIZE 1024 DEPTH infinity) ` */
function readOptions(cursor: Cursor): Options {
  const options: Options = { maxSize: Number.POSITIVE_INFINITY, depth: 0 };
  if (cursor.next !== '(') return options;
  cursor.list(() => {
    const word = cursor.word();
    cursor.space();
    if (word === 'MAXSIZE') options.maxSize = cursor.number();
    else if (word === 'DEPTH') {
      const depth = DEPTHS.get(cursor.word());
      if (depth === undefined) throw new BadSyntax('DEPTH is 0, 1 or infinity');
      options.depth = depth;
    } else throw new BadSyntax('unknown option');
  });
  cursor.space();
  return options;
}

function tell(session: Session, name: string, found: readonly { entry: string; value: Buffer }[]): void {
  if (found.length === 0) return;
  const shown = name === '' ? '""' : formatMailboxName(session, name);
  const items = found.map(
    ({ entry, value }) => `${formatAstring(entry)} ${formatString(value.toString('latin1'))}`,
  );
  session.output.text(`* METADATA ${shown} (${items.join(' ')})\r\n`);
}
