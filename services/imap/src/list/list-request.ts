// The arguments of LIST, with the extensions of RFC 5258, RFC 5819 and RFC 6154 (all in RFC 9051 §6.3.9).
import type { Session } from '../command.ts';
import { parseStatusItems, type StatusItem } from '../status-items.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import { decodeMailboxName } from '../syntax/mailbox-utf7.ts';

export interface ListRequest {
  /** The client used a selection option, a return option or several patterns. */
  isExtended: boolean;
  /** Reference and pattern put together; an empty list asks for the delimiter. */
  patterns: string[];
  onlySubscribed: boolean;
  onlySpecialUse: boolean;
  isRecursive: boolean;
  returnsSubscribed: boolean;
  returnsChildren: boolean;
  statusItems: StatusItem[];
}

const MAX_PATTERNS = 100;

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
  readPatterns(session, cursor, request);
  if (cursor.take(' ')) {
    if (!cursor.takeWord('RETURN')) throw new BadSyntax('RETURN expected');
    request.isExtended = true;
    cursor.space();
    cursor.list(() => readReturn(cursor, request));
  }
  cursor.end();
  return request;
}

/** LSUB takes a reference and one pattern. */
export function readPatterns(
  session: Session,
  cursor: Cursor,
  request: { patterns: string[]; isExtended?: boolean },
): void {
  const reference = cursor.astring();
  cursor.space();
  let patterns: string[];
  if (cursor.next === '(') {
    request.isExtended = true;
    patterns = cursor.list(() => cursor.listMailbox());
    if (patterns.length === 0 || patterns.length > MAX_PATTERNS)
      throw new BadSyntax('no or too many patterns');
  } else {
    patterns = [cursor.listMailbox()];
    // RFC 9051 §6.3.9: an empty pattern asks for the delimiter, not for a name.
    if (patterns[0] === '') return;
  }
  for (const pattern of patterns) {
    const decoded = decodeMailboxName(reference + pattern, session.isRev2);
    if (decoded !== null) request.patterns.push(decoded.normalize('NFC'));
    // What is no name matches none.
    else request.patterns.push('\0');
  }
}

function readSelection(request: ListRequest, option: string): void {
  if (option === 'SUBSCRIBED') {
    request.onlySubscribed = true;
    // RFC 5258 §3.1: it implies the return option.
    request.returnsSubscribed = true;
  } else if (option === 'SPECIAL-USE') request.onlySpecialUse = true;
  else if (option === 'RECURSIVEMATCH') request.isRecursive = true;
  else if (option !== 'REMOTE') throw new BadSyntax(`unknown selection option ${option}`);
}

function readReturn(cursor: Cursor, request: ListRequest): void {
  const option = cursor.word();
  if (option === 'SUBSCRIBED') request.returnsSubscribed = true;
  else if (option === 'CHILDREN') request.returnsChildren = true;
  else if (option === 'STATUS') {
    cursor.space();
    request.statusItems = parseStatusItems(cursor);
  } else if (option !== 'SPECIAL-USE') throw new BadSyntax(`unknown return option ${option}`);
}
