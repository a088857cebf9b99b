// What of a header is shown to the library that checks signatures: a sender may write as many signatures, and as long
// ones, as it likes, and the library looks at them all. What is left out was not checked, and counts as not there.
import type { HeaderField } from '@pochtar/mail';

/** RFC 6376 §6.1: a verifier may limit how many signatures it tries. */
const MAX_SIGNATURES = 10;
/** Signatures of a part of the body (l=): each is a hash of its own of all the body. */
const MAX_PARTIAL = 2;
/** RFC 8617 §4.2.1: a chain has at most 50 sets of three fields. */
const MAX_SEALS = 150;
/** Of a field that is taken apart. */
const MAX_FIELD = 16 * 1024;
const MAX_SIGNED_NAMES = 500;
const MAX_TAGS = 200;
/** RFC 5322 §3.6: there is one; of more than that somebody makes work. */
const MAX_AUTHORS = 20;
/** In a row: the library's time for them grows with the square of their number. */
const MAX_BLANKS = 500;
/** The library's time grows with the square of these. */
const MAX_HEADER = 512 * 1024;
const MAX_LINES = 10_000;

const ARC = new Set(['arc-seal', 'arc-message-signature', 'arc-authentication-results']);
const PARSED = new Set(['from', 'content-type', ...ARC]);

export interface ShownHeader {
  /** With the blank line behind it. */
  bytes: Buffer;
  /** The body is needed to check what is signed. */
  isSigned: boolean;
  /** Where keys lie, to be asked for at once. */
  keyNames: string[];
  /** What looks like the author's domain; null: nothing does. */
  authorDomain: string | null;
  /** Signatures that are there and were not looked at. */
  unchecked: number;
}

export function shownHeader(header: Buffer, fields: readonly HeaderField[]): ShownHeader {
  const choice = new Choice(header);
  const keyNames = new Set<string>();
  const pieces: Buffer[] = [];
  let unchecked = 0;
  let isSigned = false;
  let authorDomain: string | null = null;
  for (const field of fields) {
    const isSignature = field.lower === 'dkim-signature';
    const isKept = choice.keeps(field);
    if (isSignature && !isKept) unchecked++;
    if (!isKept) continue;
    pieces.push(header.subarray(field.start, field.end));
    if (field.lower === 'from') authorDomain ??= /@([a-z0-9.-]{1,240})/i.exec(field.value)?.[1] ?? null;
    if (!isSignature && !ARC.has(field.lower)) continue;
    isSigned = true;
    const name = keyName(tagsOf(field.value));
    if (name !== null) keyNames.add(name);
  }
  return {
    bytes: Buffer.concat([...pieces, Buffer.from('\r\n')]),
    ...{ isSigned, unchecked, authorDomain, keyNames: [...keyNames] },
  };
}

/** Which fields are shown: what was shown already counts. */
class Choice {
  readonly #header: Buffer;
  /** Then only authors are shown. */
  readonly #isTooLarge: boolean;
  #signatures = 0;
  #partial = 0;
  #seals = 0;
  #authors = 0;

  constructor(header: Buffer) {
    this.#header = header;
    this.#isTooLarge = header.length > MAX_HEADER || lines(header) > MAX_LINES;
  }

  keeps(field: HeaderField): boolean {
    const { lower, value, start, end } = field;
    if (this.#isTooLarge && lower !== 'from') return false;
    if (PARSED.has(lower) && value.length > MAX_FIELD) return false;
    if (hasManyBlanks(this.#header.subarray(start, end))) return false;
    if (lower === 'from') return ++this.#authors <= MAX_AUTHORS;
    if (lower === 'dkim-signature') return this.#checks(value);
    return !ARC.has(lower) || (++this.#seals <= MAX_SEALS && !hasManyTags(value));
  }

  #checks(value: string): boolean {
    if (value.length > MAX_FIELD || hasManyTags(value) || this.#signatures >= MAX_SIGNATURES) return false;
    const tags = tagsOf(value);
    if ((tags.get('h') ?? '').split(':').length > MAX_SIGNED_NAMES) return false;
    if (tags.has('l') && ++this.#partial > MAX_PARTIAL) return false;
    this.#signatures++;
    return true;
  }
}

function hasManyTags(value: string): boolean {
  return value.split(';', MAX_TAGS + 1).length > MAX_TAGS;
}

function hasManyBlanks(field: Buffer): boolean {
  if (field.length <= MAX_BLANKS) return false;
  let blanks = 0;
  for (const octet of field) {
    blanks = octet === 0x20 || octet === 0x09 || octet === 0x0d || octet === 0x0a ? blanks + 1 : 0;
    if (blanks > MAX_BLANKS) return true;
  }
  return false;
}

/** RFC 6376 §3.2: a list of tags, without a look at what they mean. */
function tagsOf(value: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const part of value.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) tags.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return tags;
}

// RFC 6376 §3.6.2.1: the key lies under the selector in the signing domain.
function keyName(tags: ReadonlyMap<string, string>): string | null {
  const [selector, domain] = [tags.get('s'), tags.get('d')];
  const name = `${selector}._domainkey.${domain}`;
  return selector && domain && /^[!-~]{1,253}$/.test(name) ? name : null;
}

function lines(header: Buffer): number {
  let count = 0;
  for (let at = header.indexOf(0x0a); at >= 0; at = header.indexOf(0x0a, at + 1)) count++;
  return count;
}
