// A message for clients that know nothing of UTF-8 in headers (RFC 6856 §5): what can be written in US-ASCII is, by encoded
// words and A-labels, and the body stays as it is.
import { isAscii, isUtf8 } from 'node:buffer';
import { sevenBitHeader } from '@pochtar/mail';

/** A longer header is of no mail program: it is passed on as it is. */
const MAX_HEADER = 1024 * 1024;

interface HeaderAndBody {
  bytes: AsyncIterable<Buffer>;
  /** Octets up to and including the blank line. */
  headerLength: number;
}

/** Null: the header can't be said without UTF-8. */
export async function withPlainHeader({ bytes, headerLength }: HeaderAndBody): Promise<HeaderAndBody | null> {
  if (headerLength > MAX_HEADER) return { bytes, headerLength };
  const pieces = bytes[Symbol.asyncIterator]();
  const taken: Buffer[] = [];
  let length = 0;
  while (length < headerLength) {
    const next = await pieces.next();
    if (next.done) break;
    taken.push(next.value);
    length += next.value.length;
  }
  const beginning = Buffer.concat(taken);
  const header = beginning.subarray(0, headerLength);
  // Octets of an old charset without a name were there before UTF-8, and mail programs guess what they are.
  const plain = isAscii(header) || !isUtf8(header) ? header : sevenBitHeader(header);
  if (plain === null) {
    await pieces.return?.();
    return null;
  }
  return { bytes: rest([plain, beginning.subarray(header.length)], pieces), headerLength: plain.length };
}

async function* rest(beginning: readonly Buffer[], pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    for (const piece of beginning) if (piece.length > 0) yield piece;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  } finally {
    await pieces.return?.();
  }
}
