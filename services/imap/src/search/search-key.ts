// The keys of SEARCH (RFC 9051 §6.4.4; RFC 3501 §6.4.4 for NEW, OLD, RECENT; RFC 5032 for OLDER, YOUNGER; RFC 7162
// for MODSEQ; RFC 8474 for EMAILID and THREADID; RFC 8514 for SAVEDBEFORE and its like), read into a tree of bounded depth and size.
import { bytesToText } from '@pochtar/mail';
import { fold } from '@pochtar/mail/search';
import { FLAG } from '@pochtar/store/mailbox';
import { contentIdOf, readObjectId } from '../object-id.ts';
import { readSequenceSet } from '../sequence-argument.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import { parseDay } from '../syntax/date-time.ts';
import { parseKeyword } from '../syntax/flag-list.ts';
import type { SequenceSet } from '../syntax/sequence-set.ts';

export type Relation = 'before' | 'on' | 'since';

export type SearchKey =
  | { kind: 'all' }
  | { kind: 'and'; keys: SearchKey[] }
  | { kind: 'or'; keys: [SearchKey, SearchKey] }
  | { kind: 'not'; key: SearchKey }
  | { kind: 'flag'; bit: number }
  | { kind: 'keyword'; keyword: string }
  | { kind: 'recent' }
  /** Days since 1970. */
  | { kind: 'internalDate'; relation: Relation; day: number }
  | { kind: 'sentDate' | 'saveDate'; relation: Relation; day: number }
  /** Milliseconds since 1970. */
  | { kind: 'moment'; relation: 'before' | 'since'; at: number }
  | { kind: 'larger' | 'smaller'; octets: number }
  | { kind: 'modSeq'; least: number }
  | { kind: 'sequence'; set: SequenceSet | '$'; isUid: boolean }
  /** Text is folded; '' asks whether the field is there. */
  | { kind: 'header'; name: string; text: string }
  | { kind: 'body' | 'text'; text: string }
  | { kind: 'emailId'; contentId: string };

const MAX_DEPTH = 100;
const MAX_KEYS = 1000;
/** Each of them may read every body. */
const MAX_BODY_KEYS = 50;

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['ANSWERED', FLAG.answered],
  ['DELETED', FLAG.deleted],
  ['DRAFT', FLAG.draft],
  ['FLAGGED', FLAG.flagged],
  ['SEEN', FLAG.seen],
]);
const DATES: ReadonlyMap<string, { kind: 'internalDate' | 'sentDate' | 'saveDate'; relation: Relation }> =
  new Map([
    ['BEFORE', { kind: 'internalDate', relation: 'before' }],
    ['ON', { kind: 'internalDate', relation: 'on' }],
    ['SINCE', { kind: 'internalDate', relation: 'since' }],
    ['SAVEDBEFORE', { kind: 'saveDate', relation: 'before' }],
    ['SAVEDON', { kind: 'saveDate', relation: 'on' }],
    ['SAVEDSINCE', { kind: 'saveDate', relation: 'since' }],
    ['SENTBEFORE', { kind: 'sentDate', relation: 'before' }],
    ['SENTON', { kind: 'sentDate', relation: 'on' }],
    ['SENTSINCE', { kind: 'sentDate', relation: 'since' }],
  ]);
const NOTHING: SearchKey = { kind: 'not', key: { kind: 'all' } };
const FIELDS = ['BCC', 'CC', 'FROM', 'SUBJECT', 'TO'];

/**
 * All keys up to the end of the command, which all have to hold. `now` is for OLDER and YOUNGER; `decode` turns the octets
 * of strings into text.
 */
export function parseSearchKeys(
  cursor: Cursor,
  now: number,
  decode: (octets: string) => string = bytesToText,
): SearchKey {
  const parser = new KeyParser(cursor, now, decode);
  const keys = [parser.key(0)];
  while (cursor.take(' ')) keys.push(parser.key(0));
  cursor.end();
  return { kind: 'and', keys };
}

class KeyParser {
  readonly #cursor: Cursor;
  readonly #now: number;
  readonly #decode: (octets: string) => string;
  #count = 0;
  #bodyCount = 0;

  constructor(cursor: Cursor, now: number, decode: (octets: string) => string) {
    this.#cursor = cursor;
    this.#now = now;
    this.#decode = decode;
  }

  key(depth: number): SearchKey {
    const cursor = this.#cursor;
    if (depth > MAX_DEPTH) throw new BadSyntax('search keys are nested too deep');
    if (++this.#count > MAX_KEYS) throw new BadSyntax('too many search keys');
    if (cursor.next === '(') {
      const keys = cursor.list(() => this.key(depth + 1));
      if (keys.length === 0) throw new BadSyntax('empty list of search keys');
      return { kind: 'and', keys };
    }
    if (/[0-9*$]/.test(cursor.next)) return { kind: 'sequence', set: readSequenceSet(cursor), isUid: false };
    const word = cursor.word();
    return this.#nested(word, depth) ?? this.#state(word) ?? this.#withArgument(word);
  }

  #nested(word: string, depth: number): SearchKey | null {
    if (word === 'NOT') return { kind: 'not', key: this.#next(depth) };
    if (word !== 'OR') return null;
    const first = this.#next(depth);
    return { kind: 'or', keys: [first, this.#next(depth)] };
  }

  #next(depth: number): SearchKey {
    this.#cursor.space();
    return this.key(depth + 1);
  }

  #state(word: string): SearchKey | null {
    const bit = FLAGS.get(word);
    if (bit !== undefined) return { kind: 'flag', bit };
    const unset = word.startsWith('UN') ? FLAGS.get(word.slice(2)) : undefined;
    if (unset !== undefined) return { kind: 'not', key: { kind: 'flag', bit: unset } };
    const unseen: SearchKey = { kind: 'not', key: { kind: 'flag', bit: FLAG.seen } };
    switch (word) {
      case 'ALL':
      // RFC 8514 §4.2: every mailbox has save dates.
      case 'SAVEDATESUPPORTED':
        return { kind: 'all' };
      case 'RECENT':
        return { kind: 'recent' };
      case 'OLD':
        return { kind: 'not', key: { kind: 'recent' } };
      case 'NEW':
        return { kind: 'and', keys: [{ kind: 'recent' }, unseen] };
      default:
        return null;
    }
  }

  #withArgument(word: string): SearchKey {
    const cursor = this.#cursor;
    const date = DATES.get(word);
    if (cursor.next !== ' ') throw new BadSyntax('unknown search key');
    cursor.space();
    if (date) return { ...date, day: parseDay(cursor.astring()) };
    if (FIELDS.includes(word)) return { kind: 'header', name: word.toLowerCase(), text: this.#text() };
    switch (word) {
      case 'HEADER': {
        const name = cursor.astring().toLowerCase();
        cursor.space();
        return { kind: 'header', name, text: this.#text() };
      }
      case 'BODY':
      case 'TEXT':
        if (++this.#bodyCount > MAX_BODY_KEYS) throw new BadSyntax('too many searches for text');
        return { kind: word === 'BODY' ? 'body' : 'text', text: this.#text() };
      case 'KEYWORD':
        return { kind: 'keyword', keyword: parseKeyword(cursor).toLowerCase() };
      case 'UNKEYWORD':
        return { kind: 'not', key: { kind: 'keyword', keyword: parseKeyword(cursor).toLowerCase() } };
      case 'LARGER':
      case 'SMALLER':
        return { kind: word === 'LARGER' ? 'larger' : 'smaller', octets: cursor.number64() };
      case 'UID':
        return { kind: 'sequence', set: readSequenceSet(cursor), isUid: true };
      case 'OLDER':
      case 'YOUNGER': {
        // RFC 5032 §3: seconds before now, against the internal date.
        const at = this.#now - cursor.positive() * 1000;
        return { kind: 'moment', relation: word === 'OLDER' ? 'before' : 'since', at };
      }
      case 'EMAILID': {
        const contentId = contentIdOf(readObjectId(cursor));
        return contentId === null ? NOTHING : { kind: 'emailId', contentId };
      }
      // RFC 8474 §5.3: no message has one.
      case 'THREADID':
        readObjectId(cursor);
        return NOTHING;
      case 'MODSEQ':
        return { kind: 'modSeq', least: this.#modSeq() };
      default:
        throw new BadSyntax('unknown search key');
    }
  }

  #text(): string {
    return fold(this.#decode(this.#cursor.astring()));
  }

  // RFC 7162 §3.1.5: a metadata entry may be named; there is one MODSEQ for all of them here.
  #modSeq(): number {
    const cursor = this.#cursor;
    if (cursor.next === '"') {
      cursor.string();
      cursor.space();
      const type = cursor.word();
      if (!['PRIV', 'SHARED', 'ALL'].includes(type)) throw new BadSyntax('unknown entry type');
      cursor.space();
    }
    return cursor.number64();
  }
}
