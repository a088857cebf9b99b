// The Authentication-Results field: whose it is, and writing one. RFC 8601.

import { readQuoted, skipComment } from './field-pieces.ts';
import { encodeForeign } from './foreign.ts';
import { foldHeader } from './header.ts';

/** RFC 8601 §2.7. */
export type AuthenticationResult =
  | 'none'
  | 'pass'
  | 'fail'
  | 'softfail'
  | 'neutral'
  | 'policy'
  | 'temperror'
  | 'permerror';

export interface MethodResult {
  /** spf, dkim, dmarc, arc, auth, iprev. */
  method: string;
  result: AuthenticationResult;
  /** Free text; may be foreign. */
  reason?: string | null;
  /** Such as {type: 'smtp', name: 'mailfrom', value: 'example.org'}. Values may be foreign. */
  properties?: readonly { type: 'smtp' | 'header' | 'body' | 'policy'; name: string; value: string }[];
}

/**
 * The authserv-id of a field's value (latin1), lower case; null when there is none. A field that claims an id of ours
 * but was brought by the mail is removed (RFC 8601 §5), so this reads it the way a reader who is fooled would.
 */
export function parseAuthservId(value: string): string | null {
  const at = skipBlanks(value, 0);
  if (at >= value.length) return null;
  if (value[at] === '"') return smallLetters(readQuoted(value, at).text) || null;
  const [word] = /^[^ \t\r\n;(]+/.exec(value.slice(at, at + 1024)) ?? [];
  return word === undefined ? null : smallLetters(word);
}

/** Of a byte string: octets beyond US-ASCII are parts of characters, and stay. */
function smallLetters(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function skipBlanks(value: string, from: number): number {
  let at = from;
  while (at < value.length) {
    const char = value[at] ?? '';
    if (char === '(') at = skipComment(value, at);
    else if (' \t\r\n'.includes(char)) at++;
    else break;
  }
  return at;
}

/** One field with its line end, US-ASCII. RFC 8601 §2.2. */
export function authenticationResultsField(authservId: string, results: readonly MethodResult[]): string {
  // RFC 8601 §2.2 no-result: nothing was checked.
  const infos = results.length === 0 ? ['none'] : results.map(methodText);
  return foldHeader('Authentication-Results', [authservId, ...infos].join('; '));
}

function methodText(result: MethodResult): string {
  const words = [`${result.method}=${result.result}`];
  if (result.reason) words.push(`reason=${encodeForeign(result.reason, 200)}`);
  for (const { type, name, value } of result.properties ?? [])
    words.push(`${type}.${name}=${valueText(value)}`);
  return words.join(' ');
}

// RFC 8601 §2.2 pvalue: a token, a domain, or an address; anything else in quotes.
function valueText(value: string): string {
  return /^[0-9A-Za-z!#$&'*+\-.^_`{|}~]+(?:@[0-9A-Za-z.-]+)?$|^@[0-9A-Za-z.-]+$/.test(value) &&
    value.length <= 320
    ? value
    : encodeForeign(value, 320);
}
