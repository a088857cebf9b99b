// One line of a vCard once it is unfolded: `group.NAME;PARAMETER=value:value`, in the ways of 2.1, 3.0 (RFC 2426) and 4.0.
import { trimBlanks } from '../blanks.ts';
import { transferDecoded } from '../transfer-decoding.ts';
import { bytesToText } from '../words.ts';

export interface VcardLine {
  /** In capitals. */
  name: string;
  /** Names in capitals; 2.1 writes values alone (`TEL;CELL:`), which are types. */
  params: ReadonlyMap<string, readonly string[]>;
  /** As a byte string, as it is written. */
  value: string;
}

/** null: it is none. */
export function readVcardLine(text: string): VcardLine | null {
  const colon = outsideQuotes(text, ':');
  if (colon < 0) return null;
  const [head = '', ...params] = splitOutsideQuotes(text.slice(0, colon), ';');
  // RFC 6350 §3.3: a group may stand before the name.
  const name = trimBlanks(head.slice(head.lastIndexOf('.') + 1)).toUpperCase();
  if (!/^[A-Z0-9-]+$/.test(name)) return null;
  const named = new Map<string, string[]>();
  for (const param of params) {
    const equals = param.indexOf('=');
    const key = equals < 0 ? 'TYPE' : trimBlanks(param.slice(0, equals)).toUpperCase();
    const values = splitOutsideQuotes(param.slice(equals + 1), ',').flatMap((one) =>
      // `TYPE="work,voice"` is one text in 4.0, and means both.
      one.replaceAll('"', '').split(','),
    );
    named.set(key, [...(named.get(key) ?? []), ...values.map(trimBlanks)]);
  }
  return { name, params: named, value: text.slice(colon + 1) };
}

function outsideQuotes(text: string, sign: string): number {
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && text[at] === sign) return at;
  }
  // A quote that nobody closed.
  return isQuoted ? text.indexOf(sign) : -1;
}

function splitOutsideQuotes(text: string, sign: string): string[] {
  const pieces: string[] = [];
  let [from, isQuoted] = [0, false];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && text[at] === sign) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...pieces, text.slice(from)];
}

export function isQuotedPrintable({ params }: VcardLine): boolean {
  return [...(params.get('ENCODING') ?? []), ...(params.get('TYPE') ?? [])].some(
    (one) => one.toUpperCase() === 'QUOTED-PRINTABLE',
  );
}

/** Of a property, in capitals. */
export function typesOf({ params }: VcardLine): string[] {
  return (params.get('TYPE') ?? []).map((one) => one.toUpperCase());
}

/** The value as text, still with its backslashes. */
function writtenText(line: VcardLine): string {
  const { value, params } = line;
  const octets = isQuotedPrintable(line)
    ? (transferDecoded(Buffer.from(value, 'latin1'), 'quoted-printable')?.toString('latin1') ?? value)
    : value;
  return bytesToText(octets, params.get('CHARSET')?.[0]);
}

/** RFC 6350 §3.4: `\n`, `\,`, `\;` and `\\` stand for themselves. */
export function textValue(line: VcardLine): string {
  return unescaped(writtenText(line));
}

/** RFC 6350 §3.4: what semicolons part. */
export function structuredValue(line: VcardLine): string[] {
  return splitAt(writtenText(line), ';').map((part) =>
    splitAt(part, ',')
      .map((one) => trimBlanks(unescaped(one)))
      .filter((one) => one !== '')
      .join(', '),
  );
}

function splitAt(text: string, sign: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === sign) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, sign: string) => (sign === 'n' || sign === 'N' ? '\n' : sign));
}
