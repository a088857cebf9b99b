// The order of texts: i;unicode-casemap (RFC 5051), which RFC 5256 §3 and RFC 5957 §1 ask for.

/** Characters of a text that matter for its order: what is the same so far is ordered by what else is asked for. */
const MAX_LENGTH = 255;

/** RFC 5051 §2: title case and decomposed, so that texts that are equal for people become one. */
export function collationKey(text: string): string {
  const short = text.slice(0, MAX_LENGTH).toWellFormed();
  // oxlint-disable-next-line no-control-regex -- most texts need no decomposing
  if (!/[^\u0000-\u007f]/.test(short)) return short.toUpperCase();
  let upper = '';
  for (const character of short) {
    const changed = character.toUpperCase();
    // RFC 5051 §2: simple case mappings only, one character each.
    upper += changed.length === character.length ? changed : character;
  }
  return upper.normalize('NFKD');
}

/** By octets of UTF-8, which is by code points (RFC 5051 §2). */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one === other) continue;
    // Surrogates stand for what lies above all others, and below U+E000 in number.
    const [isHigh, isOtherHigh] = [isSurrogate(one), isSurrogate(other)];
    return isHigh === isOtherHigh ? one - other : isHigh ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
