// Texts of files in whatever charset they are. What a mail says of a charset counts where the octets can be of it; files
// say nothing, and the languages around have four charsets of one octet and two of Unicode.

/** Text or not is told by the beginning, charset by a longer one. */
const LOOKED_AT = 64 * 1024;
/** Controls among a hundred octets of a text. */
const MAX_CONTROLS = 0.02;

/** The text of the octets, or null when they are none. */
export function textOf(bytes: Buffer, charset?: string | null): string | null {
  const marked = byMark(bytes) ?? wideWithoutMark(bytes);
  if (marked !== null) return decode(bytes, marked);
  const head = bytes.subarray(0, LOOKED_AT);
  if (controls(head) > head.length * MAX_CONTROLS) return null;
  const strict = decode(bytes, 'utf-8', true);
  if (strict !== null && !isEscaped(head)) return strict;
  const named = charset && !/utf-?8|ascii|unknown/i.test(charset) ? decode(bytes, charset) : null;
  return named ?? strict ?? decode(bytes, guess(head));
}

/** ISO-2022 is seven-bit text with escapes, UTF-8 as it stands. */
function isEscaped(head: Buffer): boolean {
  return head.includes(0x1b);
}

function decode(bytes: Buffer, charset: string, fatal = false): string | null {
  try {
    return new TextDecoder(charset, { fatal }).decode(bytes);
  } catch {
    // No such charset, or not its octets.
    return null;
  }
}

function byMark(bytes: Buffer): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
}

/** UTF-16 of Latin and Cyrillic text has 0 or 4 in every second octet. */
function wideWithoutMark(bytes: Buffer): string | null {
  const length = Math.min(bytes.length, 4096) & ~1;
  if (length < 8) return null;
  const counts = [0, 0];
  for (let at = 0; at < length; at++) {
    const octet = bytes[at];
    if (octet === 0 || octet === 4) counts[at & 1] = (counts[at & 1] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = counts;
  if (odd > length * 0.4 && even < length * 0.05) return 'utf-16le';
  return even > length * 0.4 && odd < length * 0.05 ? 'utf-16be' : null;
}

function controls(head: Buffer): number {
  let count = 0;
  for (const octet of head) {
    // NUL stands in no text.
    if (octet === 0) count += 100;
    else if (octet < 0x20 && !(octet >= 0x09 && octet <= 0x0d) && octet !== 0x1b) count++;
  }
  return count;
}

const CYRILLIC = ['windows-1251', 'koi8-r', 'ibm866', 'iso-8859-5'];
/** The letters that Russian is mostly made of; the wrong charset makes capitals, rare letters or lines of them. */
const COMMON = /[оеаинтсрвлкмдпу]/g;
const UNLIKELY = /[\u2500-\u25ff\u0080-\u009f]|[а-яё][А-ЯЁ]|[ЂЃѓЉЊЌЋЏђљњќћџЎўЈҐЁєЄЇіІјЅѕї¤¦§©«¬®°±¶·]/g;

function guess(head: Buffer): string {
  const sample = Buffer.from(head.filter((octet) => octet >= 0x80 || octet === 0x20));
  let best = { charset: 'windows-1252', score: 0 };
  for (const charset of CYRILLIC) {
    const text = decode(sample, charset) ?? '';
    const score = (text.match(COMMON)?.length ?? 0) - 2 * (text.match(UNLIKELY)?.length ?? 0);
    if (score > best.score) best = { charset, score };
  }
  // A few letters among Latin ones are accents.
  return best.score * 4 > head.length / 10 ? best.charset : 'windows-1252';
}
