// LDIF (RFC 2849) as records of lines: what is folded is joined, what is in base64 decoded. Nothing is ever fetched from the
// addresses that a file names.
import { trimBlanks } from '../blanks.ts';
import { bytesToText } from '../words.ts';
import { linesOf, MAX_CARD_BYTES } from './card.ts';

export interface LdifValue {
  /** In lower case, without options (`cn;lang-ru` is `cn`). */
  attribute: string;
  octets: Buffer;
  text: string;
}

/** `-`: what a change of an attribute ends with. */
export type LdifLine = LdifValue | '-';

export interface LdifRecord {
  /** From 1. */
  line: number;
  lines: LdifLine[];
  problem: 'tooLong' | 'notUnderstood' | 'byReference' | null;
}

export function* readLdifRecords(file: Buffer): Generator<LdifRecord> {
  let from = 0;
  let bytes = 0;
  let logical: string[][] = [];
  const take = (): LdifRecord | null => {
    const record = recordOf(from, bytes, logical);
    [bytes, logical] = [0, []];
    return record;
  };
  for (const { number, text } of linesOf(file)) {
    if (text === '') {
      const record = take();
      if (record !== null) yield record;
      continue;
    }
    if (logical.length === 0) from = number;
    bytes += text.length + 1;
    if (bytes > MAX_CARD_BYTES) continue;
    const last = logical.at(-1);
    // RFC 2849: a line that begins with a space goes on with the one before, comments too.
    if (text.startsWith(' ') && last !== undefined) last.push(text.slice(1));
    else logical.push([text]);
  }
  const record = take();
  if (record !== null) yield record;
}

/** null: nothing but comments, or the version. */
function recordOf(line: number, bytes: number, logical: readonly string[][]): LdifRecord | null {
  if (bytes > MAX_CARD_BYTES) return { line, lines: [], problem: 'tooLong' };
  const written = logical.map((pieces) => pieces.join('')).filter((text) => !text.startsWith('#'));
  const lines: LdifLine[] = [];
  for (const [index, text] of written.entries()) {
    const read = lineOf(text);
    if (read === null) return { line, lines, problem: 'notUnderstood' };
    if (read === 'byReference') return { line, lines, problem: 'byReference' };
    const isVersion = index === 0 && read !== '-' && read.attribute === 'version';
    if (!isVersion) lines.push(read);
  }
  return lines.length === 0 ? null : { line, lines, problem: null };
}

function lineOf(text: string): LdifLine | 'byReference' | null {
  if (trimBlanks(text) === '-') return '-';
  const [, written = '', kind = '', value = ''] = /^([\w.-]+(?:;[\w.-]+)*):([:<]?) *(.*)$/s.exec(text) ?? [];
  if (written === '') return null;
  // RFC 2849 §2: `:<` names a file or an address that the value is in.
  if (kind === '<') return 'byReference';
  const octets = Buffer.from(value, kind === ':' ? 'base64' : 'latin1');
  const attribute = (written.split(';')[0] ?? '').toLowerCase();
  return { attribute, octets, text: bytesToText(octets.toString('latin1')).toWellFormed() };
}
