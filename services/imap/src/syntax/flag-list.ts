// Flags on the wire (RFC 9051 §2.3.2): five system flags, and keywords.
import { FLAG, MAX_KEYWORDS } from '@pochtar/store/mailbox';
import { BadSyntax, type Cursor } from './cursor.ts';

export interface Flags {
  /** Bits of FLAG. */
  system: number;
  keywords: string[];
}

const SYSTEM: ReadonlyMap<string, number> = new Map([
  ['\\SEEN', FLAG.seen],
  ['\\ANSWERED', FLAG.answered],
  ['\\FLAGGED', FLAG.flagged],
  ['\\DELETED', FLAG.deleted],
  ['\\DRAFT', FLAG.draft],
]);

/** All that STATUS-like lists of flags begin with. */
export const SYSTEM_FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft';

const MAX_KEYWORD_LENGTH = 100;

/** `(\Seen $Forwarded)` */
export function parseFlagList(cursor: Cursor): Flags {
  return collect(cursor.list(() => parseFlag(cursor)));
}

/** STORE takes flags without brackets too. */
export function parseFlags(cursor: Cursor): Flags {
  if (cursor.next === '(') return parseFlagList(cursor);
  const names = [parseFlag(cursor)];
  while (cursor.take(' ')) names.push(parseFlag(cursor));
  return collect(names);
}

function parseFlag(cursor: Cursor): string {
  return cursor.take('\\') ? `\\${cursor.atom()}` : parseKeyword(cursor);
}

export function parseKeyword(cursor: Cursor): string {
  const keyword = cursor.atom();
  if (keyword.length > MAX_KEYWORD_LENGTH) throw new BadSyntax('keyword too long');
  return keyword;
}

function collect(names: readonly string[]): Flags {
  let system = 0;
  const keywords: string[] = [];
  for (const name of names) {
    const bit = SYSTEM.get(name.toUpperCase());
    if (bit !== undefined) system |= bit;
    else if (!name.startsWith('\\')) keywords.push(name);
    // RFC 3501 §2.3.2: \Recent can't be changed by clients, some send it back nevertheless.
    else if (name.toUpperCase() !== '\\RECENT') throw new BadSyntax('unknown system flag');
  }
  if (keywords.length > MAX_KEYWORDS) throw new BadSyntax('too many keywords');
  return { system, keywords };
}

/** What FETCH FLAGS shows, without brackets. */
export function formatFlags(system: number, keywords: string, isRecent: boolean): string {
  let text = '';
  if (system & FLAG.answered) text += ' \\Answered';
  if (system & FLAG.flagged) text += ' \\Flagged';
  if (system & FLAG.deleted) text += ' \\Deleted';
  if (system & FLAG.seen) text += ' \\Seen';
  if (system & FLAG.draft) text += ' \\Draft';
  if (isRecent) text += ' \\Recent';
  if (keywords !== '') text += ` ${keywords}`;
  return text.slice(1);
}
