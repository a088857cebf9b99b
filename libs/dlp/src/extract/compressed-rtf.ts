// The compressed RTF of Outlook ([MS-OXRTFCP]): runs of single octets and of references into the last 4096 ones. What it
// becomes is counted while it becomes it: the size that stands in front is whatever the sender writes.
import { Damaged, type Into, LimitReached } from './extraction.ts';

const HEADER = 16;
const COMPRESSED = 0x75465a4c;
const PLAIN = 0x414c454d;
const WINDOW = 4096;
/** [MS-OXRTFCP] §2.1.2.1: what references find before anything was written. */
const BEFORE = Buffer.from(
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor ' +
    'MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n' +
    '\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx',
  'latin1',
);
/** Of a group, which takes 17 octets with eight references of 17 octets each: nothing becomes more than eight times as long. */
const LONGEST_GROUP = 8 * 17;
const MOST_TIMES = 8;

/** Throws `Damaged`, and `LimitReached` when it becomes more than the mail has left. */
export function decompressRtf(bytes: Buffer, into: Into): Buffer {
  if (bytes.length < HEADER) throw new Damaged('it ends too early');
  const kind = bytes.readUInt32LE(8);
  if (kind === PLAIN) return bytes.subarray(HEADER);
  if (kind !== COMPRESSED) throw new Damaged('no compressed RTF');
  const octets = expand(bytes.subarray(HEADER), into.unpackedBytesLeft);
  into.unpacked(octets.length);
  return octets;
}

function expand(source: Buffer, left: number): Buffer {
  const room = Math.min(source.length * MOST_TIMES, left) + LONGEST_GROUP;
  const out = Buffer.allocUnsafe(BEFORE.length + room);
  let length = BEFORE.copy(out);
  let at = 0;
  while (at < source.length) {
    const control = source[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < source.length; bit++) {
      if ((control & (1 << bit)) === 0) {
        out[length++] = source[at++] ?? 0;
        continue;
      }
      if (at + 2 > source.length) return out.subarray(BEFORE.length, length);
      const reference = source.readUInt16BE(at);
      at += 2;
      const place = reference >> 4;
      // The place that is written next is nothing to refer to: it is the end.
      if (place === length % WINDOW) return out.subarray(BEFORE.length, length);
      let from = length - ((length - place + WINDOW) % WINDOW);
      for (let count = (reference & 15) + 2; count > 0; count--) out[length++] = out[from++] ?? 0;
    }
    if (length - BEFORE.length > left) throw new LimitReached('tooLarge');
  }
  return out.subarray(BEFORE.length, length);
}
