// Content-Transfer-Encoding taken off while the bytes come (RFC 2045 §6), for BINARY and for searches in bodies.
// What is damaged is decoded as far as it goes.

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
    const decoded = decoder.write(chunk.toString('latin1'));
    if (decoded.length > 0) yield decoded;
  }
  const rest = decoder.end();
  if (rest.length > 0) yield rest;
}

class Base64Decoder {
  #left = '';

  // RFC 2045 §6.8: characters outside of the alphabet are passed over.
  write(text: string): Buffer {
    const digits = this.#left + text.replace(/[^A-Za-z0-9+/]+/g, '');
    const whole = digits.length - (digits.length % 4);
    this.#left = digits.slice(whole);
    return Buffer.from(digits.slice(0, whole), 'base64');
  }

  end(): Buffer {
    return Buffer.from(this.#left, 'base64');
  }
}

/** RFC 2045 §6.7: a line has at most 76 characters; a longer one is decoded before its end is known. */
const MAX_LINE = 4096;

class QuotedPrintableDecoder {
  /** The line that has not ended yet. */
  #left = '';

  write(text: string): Buffer {
    const lines = (this.#left + text).split('\n');
    this.#left = lines.pop() ?? '';
    let plain = '';
    for (const line of lines) plain += wholeLine(line);
    if (this.#left.length > MAX_LINE) {
      // A `=XX` that was cut stays whole.
      const open = this.#left.lastIndexOf('=');
      const cut = open >= this.#left.length - 2 ? open : this.#left.length;
      plain += octetsOf(this.#left.slice(0, cut));
      this.#left = this.#left.slice(cut);
    }
    return Buffer.from(plain, 'latin1');
  }

  end(): Buffer {
    return Buffer.from(octetsOf(this.#left.replace(/=$/, '')), 'latin1');
  }
}

// RFC 2045 §6.7 (3): blanks at the end of a line were added on the way; (5): `=` at the end joins lines.
function wholeLine(line: string): string {
  const lineEnd = line.endsWith('\r') ? '\r\n' : '\n';
  let end = line.length - (lineEnd.length - 1);
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  if (line[end - 1] === '=') return octetsOf(line.slice(0, end - 1));
  return octetsOf(line.slice(0, end)) + lineEnd;
}

function octetsOf(text: string): string {
  return text.replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
