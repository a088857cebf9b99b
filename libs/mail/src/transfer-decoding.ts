// Content-Transfer-Encoding taken off (RFC 2045 §6): while the bytes come, for IMAP's BINARY and for searches in bodies, or
// of a whole part in memory, for whoever looks into mail. Read as tolerantly as mail programs do: what is damaged is decoded
// as far as it goes. However the bytes are cut, the result is the same, and the cost is that of their number.

export type Encoding = 'identity' | 'base64' | 'quoted-printable';

/** Null: an encoding nobody knows (RFC 9051 §6.4.5: UNKNOWN-CTE). */
export function encodingOf(name: string): Encoding | null {
  switch (name) {
    case '7bit':
    case '8bit':
    case 'binary':
      return 'identity';
    case 'base64':
    case 'quoted-printable':
      return name;
    default:
      return null;
  }
}

export async function* decodeTransfer(
  bytes: AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncGenerator<Buffer> {
  if (encoding === 'identity') return yield* bytes;
  const decoder = encoding === 'base64' ? new Base64Decoder() : new QuotedPrintableDecoder();
  for await (const chunk of bytes) {
    const decoded = decoder.write(chunk);
    if (decoded.length > 0) yield decoded;
  }
  const rest = decoder.end();
  if (rest.length > 0) yield rest;
}

/** A whole part, also in what is called an encoding without being one. Null for one that nobody here can decode. */
export function transferDecoded(body: Buffer, name: string): Buffer | null {
  if (name === 'base64') return wholeBase64(body);
  if (name === 'quoted-printable') return quotedPrintable(body);
  if (/^x?-?uu(?:e|encode)$|^x-uue/.test(name)) return uudecoded(body);
  return /^(?:7-?bit|8-?bit|binary)$/.test(name) ? body : null;
}

const LINES_OF_DIGITS = /^[A-Za-z0-9+/\r\n]*$/;
const PADDING_AND_LINE_ENDS = /^=*[\r\n]*$/;

/** Lines of the alphabet and nothing else, as nearly all are: Node decodes these by itself. */
function isPlainBase64(text: string): boolean {
  // In two pieces: line ends that either of them may have would be tried in all ways to part them.
  const padding = text.indexOf('=');
  if (padding < 0) return LINES_OF_DIGITS.test(text);
  return LINES_OF_DIGITS.test(text.slice(0, padding)) && PADDING_AND_LINE_ENDS.test(text.slice(padding));
}

function wholeBase64(body: Buffer): Buffer {
  const text = body.toString('latin1');
  if (isPlainBase64(text)) return Buffer.from(text, 'base64');
  const decoder = new Base64Decoder();
  return Buffer.concat([decoder.write(body), decoder.end()]);
}

const DIGITS = /^[A-Za-z0-9+/]*$/;
const PADDING = 0x3d;
/** Of the alphabet by octet; -1 for what is not in it. */
const SEXTETS = Int8Array.from({ length: 256 }, (_, octet) =>
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(String.fromCharCode(octet)),
);

class Base64Decoder {
  /** Digits of a group of four that has not ended. */
  #left = '';

  write(chunk: Buffer): Buffer {
    const text = this.#left + chunk.toString('latin1').replace(/[\r\n]+/g, '');
    if (!DIGITS.test(text)) return this.#slowly(text);
    const whole = text.length - (text.length % 4);
    this.#left = text.slice(whole);
    return Buffer.from(text.slice(0, whole), 'base64');
  }

  end(): Buffer {
    return Buffer.from(this.#left, 'base64');
  }

  // RFC 2045 §6.8: characters outside of the alphabet are passed over; what stands behind padding begins anew.
  #slowly(text: string): Buffer {
    const out = Buffer.allocUnsafe(Math.ceil((text.length * 3) / 4));
    let length = 0;
    let group = 0;
    let digits = 0;
    for (let at = 0; at < text.length; at++) {
      const octet = text.charCodeAt(at);
      const sextet = SEXTETS[octet] ?? -1;
      if (sextet >= 0) {
        group = (group << 6) | sextet;
        digits++;
      } else if (octet !== PADDING) continue;
      if (digits === 4 || octet === PADDING) {
        // Two digits hold one octet, three hold two, and what is left over of them is nothing.
        const bits = group << (6 * (4 - digits));
        for (let taken = 1; taken < digits; taken++) out[length++] = (bits >> (24 - 8 * taken)) & 0xff;
        group = 0;
        digits = 0;
      }
    }
    this.#left = lastDigits(text, digits);
    return out.subarray(0, length);
  }
}

/** The last so many characters of the alphabet. */
function lastDigits(text: string, count: number): string {
  let digits = '';
  for (let at = text.length - 1; digits.length < count; at--) {
    const char = text[at] ?? '';
    if ((SEXTETS[char.charCodeAt(0)] ?? -1) >= 0) digits = char + digits;
  }
  return digits;
}

const EQUALS = 0x3d;
const CR = 0x0d;
const LF = 0x0a;
/** RFC 2045 §6.7: a line has at most 76 characters; more blanks than these are decided on before it is known what follows. */
const MAX_OPEN = 4096;

class QuotedPrintableDecoder {
  /** What the next octets decide: a code that was cut, or blanks that may be the end of a line. */
  #left: Buffer = Buffer.alloc(0);

  write(chunk: Buffer): Buffer {
    const all = this.#left.length === 0 ? chunk : Buffer.concat([this.#left, chunk]);
    const open = openFrom(all);
    this.#left = Buffer.from(all.subarray(open));
    return quotedPrintable(all, open);
  }

  end(): Buffer {
    return quotedPrintable(this.#left);
  }
}

function openFrom(all: Buffer): number {
  let end = all.length;
  if (all[end - 1] === CR) end--;
  while (end > 0 && isBlank(all[end - 1])) end--;
  if (all[end - 1] === EQUALS) end--;
  else if (end === all.length && all[end - 2] === EQUALS && hexValue(all[end - 1]) >= 0) end -= 2;
  return all.length - end > MAX_OPEN ? all.length : end;
}

/** Of the octets before `to`, which those behind it may decide. */
function quotedPrintable(body: Buffer, to = body.length): Buffer {
  const out = Buffer.allocUnsafe(to);
  let length = 0;
  /** Behind the last octet that is no blank as it stands. */
  let kept = 0;
  for (let at = 0; at < to; ) {
    const octet = body[at] ?? 0;
    if (octet === EQUALS) {
      const high = hexValue(body[at + 1]);
      const low = hexValue(body[at + 2]);
      const isCode = high >= 0 && low >= 0;
      const joined = isCode ? null : softBreak(body, at + 1);
      // RFC 2045 §6.7: what is no code stays as it is.
      if (isCode) out[length++] = (high << 4) | low;
      else if (joined === null) out[length++] = EQUALS;
      kept = length;
      at = joined ?? at + (isCode ? 3 : 1);
      continue;
    }
    // RFC 2045 §6.7 (3): blanks at the end of a line were added on the way.
    if (octet === LF || (octet === CR && body[at + 1] === LF)) length = kept;
    out[length++] = octet;
    if (!isBlank(octet)) kept = length;
    at++;
  }
  return out.subarray(0, length);
}

// RFC 2045 §6.7 (5): `=` at the end of a line joins it with the next one.
/** Behind a soft line break; null when there is none. */
function softBreak(body: Buffer, at: number): number | null {
  let end = at;
  while (end < body.length && isBlank(body[end])) end++;
  if (end === body.length) return end;
  if (body[end] === CR && (body[end + 1] === LF || end + 1 === body.length)) {
    return Math.min(end + 2, body.length);
  }
  return body[end] === LF ? end + 1 : null;
}

function isBlank(octet: number | undefined): boolean {
  return octet === 0x20 || octet === 0x09;
}

/** -1 for what is no digit. */
function hexValue(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const small = octet | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}

/** Lines that begin with their number of octets; three octets are four characters from the blank on. */
function uudecoded(body: Buffer): Buffer {
  const out = Buffer.allocUnsafe(body.length);
  let length = 0;
  for (let start = 0; start < body.length; ) {
    const newline = body.indexOf(LF, start);
    const next = newline < 0 ? body.length : newline + 1;
    const end = lineEnd(body, start, newline < 0 ? body.length : newline);
    const isFrame = /^(?:begin |end[ \t]*$)/.test(body.toString('latin1', start, Math.min(end, start + 8)));
    if (end > start && !isFrame) length += uudecodedLine(body.subarray(start, end), out, length);
    start = next;
  }
  return out.subarray(0, length);
}

function lineEnd(body: Buffer, start: number, end: number): number {
  return end > start && body[end - 1] === CR ? end - 1 : end;
}

/** How many octets of it were written. */
function uudecodedLine(line: Buffer, out: Buffer, from: number): number {
  const value = (at: number): number => ((line[at] ?? 0x20) - 0x20) & 63;
  const count = value(0);
  let written = 0;
  for (let at = 1; at < line.length && written < count; at += 4) {
    const bits = (value(at) << 18) | (value(at + 1) << 12) | (value(at + 2) << 6) | value(at + 3);
    for (let shift = 16; shift >= 0 && written < count; shift -= 8) {
      out[from + written++] = (bits >> shift) & 0xff;
    }
  }
  return written;
}
