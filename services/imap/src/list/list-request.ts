// The arguments of LIST, with the extensions of RFC 5258, RFC 5819 and RFC 6154 (all in RFC 9051 §6.3.9).
import type { Session } from '../command.ts';
import { parseStatusItems, type StatusItem } from '../status-items.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import { decodeMailboxName } from '../syntax/mailbox-utf7.ts';
import { NamePattern } from './pattern.ts';

export interface ListRequest {
  /** The client used a selection option, a return option or several patterns. */
  isExtended: boolean;
  /** Reference and pattern put together; an empty list asks for the delimiter. */
  patterns: NamePattern[];
  onlySubscribed: boolean;
  onlySpecialUse: boolean;
  isRecursive: boolean;
  returnsSubscribed: boolean;
  returnsChildren: boolean;
  statusItems: StatusItem[];
}

const MAX_PATTERNS = 1000;
/** Octets of all patterns together, the reference counted with each: the work for a name grows with them. */
const MAX_PATTERN_OCTETS = 16 * 1024;

export function parseListRequest(session: Session, cursor: Cursor): ListRequest {
  const request: ListRequest = {
    isExtended: false,
    patterns: [],
    onlySubscribed: false,
    onlySpecialUse: false,
    isRecursive: false,
    returnsSubscribed: false,
    returnsChildren: false,
    statusItems: [],
  };
  cursor.space();
  if (cursor.next === '(') {
    request.isExtended = true;
    for (const option of cursor.list(() => cursor.word())) readSelection(request, option);
    // RFC 5258 §3.1: RECURSIVEMATCH needs something to recurse for.
    if (request.isRecursive && !request.onlySubscribed)
      throw new BadSyntax('RECURSIVEMATCH needs SUBSCRIBED');
    cursor.space();
  }
  const { texts, isList } = readPatternTexts(session, cursor);
  request.isExtended ||= isList;
  request.patterns = texts.map((text) => new NamePattern(text));
  if (cursor.take(' ')) {
    if (!cursor.takeWord('RETURN')) throw new BadSyntax('RETURN expected');
    request.isExtended = true;
    cursor.space();
    cursor.list(() => readReturn(cursor, request));
  }
  cursor.end();
  return request;
}

/** The patterns as they were given, behind the reference. */
export function readPatternTexts(session: Session, cursor: Cursor): { texts: string[]; isList: boolean } {
  const reference = cursor.astring();
  cursor.space();
  const isList = cursor.next === '(';
  const given = isList ? cursor.list(() => cursor.listMailbox()) : [cursor.listMailbox()];
  if (given.length === 0 || given.length > MAX_PATTERNS) throw new BadSyntax('no or too many patterns');
  const octets = given.reduce((sum, pattern) => sum + reference.length + pattern.length, 0);
  if (octets > MAX_PATTERN_OCTETS) throw new BadSyntax('patterns too long');
  // RFC 9051 §6.3.9: an empty pattern asks for the delimiter, not for a name.
  if (!isList && given[0] === '') return { texts: [], isList };
  const texts = given.map((pattern) => {
    const decoded = decodeMailboxName(reference + pattern, session.isUtf8);
    // What is no name matches none.
    return decoded?.normalize('NFC') ?? '\0';
  });
  return { texts, isList };
}

function readSelection(request: ListRequest, option: string): void {
  if (option === 'SUBSCRIBED') {
    request.onlySubscribed = true;
    // RFC 5258 §3.1: it implies the return option.
    request.returnsSubscribed = true;
  } else if (option === 'SPECIAL-USE') request.onlySpecialUse = true;
  else if (option === 'RECURSIVEMATCH') request.isRecursive = true;
  else if (option !== 'REMOTE') throw new BadSyntax('unknown selection option');
}

function readReturn(cursor: Cursor, request: ListRequest): void {
  const option = cursor.word();
  if (option === 'SUBSCRIBED') request.returnsSubscribed = true;
  else if (option === 'CHILDREN') request.returnsChildren = true;
  else if (option === 'STATUS') {
    cursor.space();
    request.statusItems = parseStatusItems(cursor);
  } else if (option !== 'SPECIAL-USE') throw new BadSyntax('unknown return option');
}
