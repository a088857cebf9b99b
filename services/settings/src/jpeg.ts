// A photo that somebody uploads: whether it is a JPEG, how large its picture is, and the picture without what a camera
// writes beside it (places, serial numbers, thumbnails) and without what follows its end. ITU-T T.81 §B.1.

export type ReadJpeg =
  | { ok: true; jpeg: Buffer; width: number; height: number }
  | { ok: false; why: 'notJpeg' | 'tooManyPixels' };

/** Of a side. */
export const MAX_PIXELS = 1024;

const START = 0xd8;
const END = Buffer.from([0xff, 0xd9]);
const START_OF_SCAN = 0xda;
/** Baseline, extended, progressive: what mail programs show. */
const frames: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
/** Tables, restart interval, JFIF, colour profile, Adobe: what the picture needs. */
const kept: ReadonlySet<number> = new Set([...frames, 0xc4, 0xdb, 0xdd, 0xe0, 0xe2, 0xee]);

export function readJpeg(bytes: Buffer): ReadJpeg {
  if (bytes[0] !== 0xff || bytes[1] !== START) return { ok: false, why: 'notJpeg' };
  const pieces = [bytes.subarray(0, 2)];
  let size: { width: number; height: number } | null = null;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number;
    // A marker may have any number of 0xff before it.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end < at + 4 || end > bytes.length) break;
    if (frames.has(marker)) {
      if (size !== null || end < at + 9) break;
      size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    if (marker === START_OF_SCAN) return whole(bytes, at, pieces, size);
    if (kept.has(marker)) pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return { ok: false, why: 'notJpeg' };
}

function whole(
  bytes: Buffer,
  at: number,
  pieces: readonly Buffer[],
  size: { width: number; height: number } | null,
): ReadJpeg {
  const end = bytes.indexOf(END, at);
  if (size === null || size.width === 0 || size.height === 0 || end < 0) return { ok: false, why: 'notJpeg' };
  if (size.width > MAX_PIXELS || size.height > MAX_PIXELS) return { ok: false, why: 'tooManyPixels' };
  return { ok: true, jpeg: Buffer.concat([...pieces, bytes.subarray(at, end + END.length)]), ...size };
}
