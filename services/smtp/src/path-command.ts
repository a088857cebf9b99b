// Reads `MAIL FROM:<path> parameters` and `RCPT TO:<path> parameters`: RFC 5321 §4.1.1.2, §4.1.1.3, §4.1.2, with
// the UTF-8 of RFC 6531 §3.3. Quoted local parts may hold blanks and angle brackets, so the path ends at the first
// `>` outside quotes.
import { type Address, isBarePostmaster, parsePath } from '@pochtar/mail';

export interface PathCommand {
  /** Null is the empty path `<>`. */
  address: Address | null;
  /** `<postmaster>` without a domain; then `address` is null. */
  isPostmaster: boolean;
  /** Upper-case keyword -> value as given, '' when it has none. */
  parameters: ReadonlyMap<string, string>;
}

export type PathFault = 'syntax' | 'address' | 'parameter' | 'repeated';

// RFC 5321 §4.1.2: esmtp-keyword, esmtp-value (no controls, no blank, no `=`); RFC 6531 §3.3: UTF-8 in values.
const PARAMETER = /^([0-9A-Za-z][0-9A-Za-z-]*)(?:=([!-<>-~\u{a1}-\u{10ffff}]+))?$/u;

/**
 * `line` is the command without its line end; `verb` is what stands before the colon. `isBareAllowed`: the angle brackets
 * may be missing, as scripts and devices write it.
 */
export function parsePathCommand(
  line: string,
  verb: 'MAIL FROM' | 'RCPT TO',
  isBareAllowed = false,
): PathCommand | PathFault {
  // RFC 5321 §4.1.1: no blanks around the colon; many clients put one behind it.
  const head = verb === 'MAIL FROM' ? /^MAIL +FROM *: */i.exec(line) : /^RCPT +TO *: */i.exec(line);
  if (!head) return 'syntax';
  const rest = line.slice(head[0].length);
  const isBare = isBareAllowed && !rest.startsWith('<');
  const end = isBare ? wordEnd(rest) : pathEnd(rest);
  if (end < 1) return 'address';
  const path = isBare ? `<${rest.slice(0, end)}>` : rest.slice(0, end);
  const isPostmaster = isBarePostmaster(path);
  const parsed = isPostmaster ? { address: null } : parsePath(path);
  if (!parsed) return 'address';
  const parameters = parseParameters(rest.slice(end));
  if (typeof parameters === 'string') return parameters;
  return { address: parsed.address, isPostmaster, parameters };
}

/** The index behind the path that `text` starts with, or -1. */
function pathEnd(text: string): number {
  if (!text.startsWith('<')) return -1;
  let isQuoted = false;
  for (let at = 1; at < text.length; at++) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    else if (char === '\\' && isQuoted) at++;
    else if (char === '>' && !isQuoted) return at + 1;
  }
  return -1;
}

/** The index behind the address without brackets that `text` starts with: the first blank outside quotes. */
function wordEnd(text: string): number {
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    else if (char === '\\' && isQuoted) at++;
    else if (char === ' ' && !isQuoted) return at;
  }
  return text.length;
}

function parseParameters(text: string): ReadonlyMap<string, string> | PathFault {
  const parameters = new Map<string, string>();
  if (text.trimEnd() === '') return parameters;
  if (!text.startsWith(' ')) return 'syntax';
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const [, keyword, value = ''] = PARAMETER.exec(word) ?? [];
    if (keyword === undefined) return 'parameter';
    const key = keyword.toUpperCase();
    // RFC 3461 §4: a parameter is given at most once.
    if (parameters.has(key)) return 'repeated';
    parameters.set(key, value);
  }
  return parameters;
}
