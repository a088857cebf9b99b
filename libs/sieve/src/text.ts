// Strings of a script: encoded characters (RFC 5228 §2.4.2.4) when it is compiled, variables (RFC 5229 §3) when it runs.
import { type Place, SieveError } from './error.ts';

/** What variables stand for while a script runs. */
export interface VariableSource {
  /** By lower-case name, or the number of a match. An unknown one is empty. */
  variable(name: string): string;
}

/** A string of a script. */
export interface Text {
  (source: VariableSource): string;
  /** What it always is; undefined when it has variables in it. */
  readonly constant: string | undefined;
}

// RFC 5229 §3: ${name}, ${namespace.name} and ${0}; what is written otherwise is no variable and stays.
const REFERENCE = /\$\{((?:[a-z_]\w*\.)*(?:[a-z_]\w*)|\d+)\}/gi;
const ENCODED = /\$\{(hex|unicode):([0-9a-f \t\r\n]*)\}/gi;
/** RFC 5229 §3: at least nine matches. */
const MATCHES = 9;

export function constantText(value: string): Text {
  return Object.assign(() => value, { constant: value });
}

/** Throws SieveError for a match or a namespace that nobody knows. */
export function variableText(value: string, namespaces: ReadonlySet<string>, place: Place): Text {
  const pieces: { before: string; name: string }[] = [];
  let end = 0;
  for (const found of value.matchAll(REFERENCE)) {
    const name = (found[1] ?? '').toLowerCase();
    checkName(name, namespaces, place);
    pieces.push({ before: value.slice(end, found.index), name });
    end = found.index + found[0].length;
  }
  if (pieces.length === 0) return constantText(value);
  const rest = value.slice(end);
  const text = (source: VariableSource): string => {
    let whole = '';
    for (const { before, name } of pieces) whole += before + source.variable(name);
    return whole + rest;
  };
  return Object.assign(text, { constant: undefined });
}

function checkName(name: string, namespaces: ReadonlySet<string>, place: Place): void {
  if (/^\d/.test(name)) {
    if (Number(name) > MATCHES) throw new SieveError(place, `\${${name}}: matches are counted to ${MATCHES}`);
    return;
  }
  const dot = name.lastIndexOf('.');
  if (dot >= 0 && !namespaces.has(name.slice(0, dot))) {
    throw new SieveError(place, `\${${name}}: there is no namespace ${name.slice(0, dot)}`);
  }
}

// RFC 5228 §2.4.2.4: ${hex: 40} is octets of UTF-8, ${unicode: 40} characters; anything else stays as it is.
export function withEncodedCharacters(value: string, place: Place): string {
  return value.replace(ENCODED, (whole: string, kind: string, digits: string) => {
    const codes = digits.split(/[ \t\r\n]+/).filter((code) => code !== '');
    if (codes.length === 0) return whole;
    return kind.toLowerCase() === 'hex' ? octets(whole, codes) : characters(codes, place, whole);
  });
}

function octets(whole: string, codes: readonly string[]): string {
  if (codes.some((code) => code.length !== 2)) return whole;
  return Buffer.from(codes.join(''), 'hex').toString('utf8').replaceAll('\0', '');
}

function characters(codes: readonly string[], place: Place, whole: string): string {
  return codes
    .map((code) => {
      const number = Number.parseInt(code, 16);
      const isCharacter =
        code.length <= 8 && number > 0 && number <= 0x10_ffff && (number < 0xd800 || number > 0xdfff);
      if (!isCharacter) throw new SieveError(place, `${whole}: there is no character ${code}`);
      return String.fromCodePoint(number);
    })
    .join('');
}
