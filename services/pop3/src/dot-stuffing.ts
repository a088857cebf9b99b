// The bytes of a message as a multi-line answer. RFC 1939 §3.

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const DOT_OCTET = Buffer.from('.');

/**
 * Yields the message with its leading dots doubled, and then the end: `.` on a line of its own. A dot behind an LF
 * without CR is doubled as well, because a client that takes LF for a line end would see the end of the answer
 * there, and the rest of the message as answers of the server.
 */
export async function* dotStuffed(message: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isLineStart = true;
  /** The last two octets. */
  let last = 0;
  let beforeLast = 0;
  for await (const chunk of message) {
    if (chunk.length === 0) continue;
    yield* stuffedChunk(chunk, isLineStart);
    beforeLast = chunk.length > 1 ? (chunk[chunk.length - 2] as number) : last;
    last = chunk[chunk.length - 1] as number;
    isLineStart = last === LF;
  }
  const isAtLineStart = last === 0 || (last === LF && beforeLast === CR);
  yield Buffer.from(isAtLineStart ? '.\r\n' : '\r\n.\r\n');
}

function* stuffedChunk(chunk: Buffer, isLineStart: boolean): Generator<Buffer> {
  let from = 0;
  if (isLineStart && chunk[0] === DOT) yield DOT_OCTET;
  for (let at = chunk.indexOf('\n.'); at >= 0; at = chunk.indexOf('\n.', at + 1)) {
    yield chunk.subarray(from, at + 1);
    yield DOT_OCTET;
    from = at + 1;
  }
  yield chunk.subarray(from);
}

/** The header and so many lines of the body (RFC 1939 §7, TOP); reads no more of the message than it needs. */
export async function* topOf(
  message: AsyncIterable<Buffer>,
  headerLength: number,
  lines: number,
): AsyncGenerator<Buffer> {
  let position = 0;
  let left = lines;
  for await (const chunk of message) {
    const end = endOfLines(chunk, headerLength - position, left);
    if (end.at > 0) yield chunk.subarray(0, end.at);
    left = end.left;
    position += chunk.length;
    if (left === 0 && position >= headerLength) return;
  }
}

/** Where in the chunk the wanted lines end, and how many are left. `bodyAt`: where the body begins, may be outside. */
function endOfLines(chunk: Buffer, bodyAt: number, lines: number): { at: number; left: number } {
  let at = Math.min(Math.max(bodyAt, 0), chunk.length);
  let left = lines;
  while (left > 0 && at < chunk.length) {
    const lineEnd = chunk.indexOf(LF, at);
    if (lineEnd < 0) return { at: chunk.length, left };
    at = lineEnd + 1;
    left--;
  }
  return { at, left };
}
