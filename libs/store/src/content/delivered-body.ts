// The bytes that a reader is shown: the content's prefix, then the stored body without its removed ranges.
//
// Verdicts edit only the top header, so everything behind it lies in the pack as it was scanned; part ranges
// need no translation, only the whole message and its header do.
import type { BlobReference, BodyReads } from '../blob/index.ts';

export interface StoredBody {
  blob: BlobReference;
  prefix: Buffer | null;
  /** [start, end) pairs, ascending, within the top header. */
  removed: number[] | null;
}

/** A half-open byte range. */
export interface Range {
  start: number;
  end: number;
}

type Segment = { bytes: Buffer } | { range: Range };

/** Ranges no further apart than this are read as one, and what lies between them is cut out in memory. */
const MAX_READ_TOGETHER = 1024 * 1024;

/** Size of the message as a reader is shown it: RFC822.SIZE, POP3's octets. */
export function deliveredSize(stored: StoredBody): number {
  return stored.blob.length + headerShift(stored);
}

/** By how much the delivered header is longer than the stored one (may be negative). */
export function headerShift(stored: StoredBody): number {
  let shift = stored.prefix?.length ?? 0;
  const removed = stored.removed ?? [];
  for (let index = 0; index < removed.length; index += 2) {
    shift -= (removed[index + 1] as number) - (removed[index] as number);
  }
  return shift;
}

/** A bounded piece (the header, a partial fetch) in memory. Ranges beyond the end are cut. */
export async function readDelivered(store: BodyReads, stored: StoredBody, range?: Range): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (const segment of segments(stored, range)) {
    pieces.push('bytes' in segment ? segment.bytes : await readTogether(store, stored.blob, segment));
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

/** The message, or a range of it, with back-pressure. */
export async function* streamDelivered(
  store: BodyReads,
  stored: StoredBody,
  range?: Range,
): AsyncGenerator<Buffer> {
  for (const segment of segments(stored, range)) {
    if ('bytes' in segment) yield segment.bytes;
    else if (segment.length === 1) yield* store.readStream(stored.blob, segment[0]);
    else yield await readTogether(store, stored.blob, segment);
  }
}

/** Neighbouring ranges by one read of the volume, which costs far more than what lies between them. */
async function readTogether(
  store: BodyReads,
  blob: BlobReference,
  ranges: readonly Range[],
): Promise<Buffer> {
  const start = ranges[0]?.start ?? 0;
  const bytes = await store.read(blob, { start, end: ranges.at(-1)?.end ?? start });
  if (ranges.length === 1) return bytes;
  return Buffer.concat(ranges.map((range) => bytes.subarray(range.start - start, range.end - start)));
}

/** What is shown, in order: bytes in hand, and ranges of the stored body that are read together. */
function segments(stored: StoredBody, range?: Range): ({ bytes: Buffer } | Range[])[] {
  const found: ({ bytes: Buffer } | Range[])[] = [];
  for (const segment of wantedSegments(stored, range)) {
    const last = found.at(-1);
    if ('bytes' in segment) found.push(segment);
    else if (Array.isArray(last) && segment.range.end - (last[0]?.start ?? 0) <= MAX_READ_TOGETHER)
      last.push(segment.range);
    else found.push([segment.range]);
  }
  return found;
}

function wantedSegments(stored: StoredBody, range?: Range): Segment[] {
  const wanted = range ?? { start: 0, end: Number.POSITIVE_INFINITY };
  const found: Segment[] = [];
  let position = 0;
  for (const segment of allSegments(stored)) {
    const length = 'bytes' in segment ? segment.bytes.length : segment.range.end - segment.range.start;
    const start = Math.max(wanted.start - position, 0);
    const end = Math.min(wanted.end - position, length);
    if (start < end) found.push(cut(segment, start, end));
    position += length;
  }
  return found;
}

function allSegments(stored: StoredBody): Segment[] {
  const all: Segment[] = [];
  if (stored.prefix !== null && stored.prefix.length > 0) all.push({ bytes: stored.prefix });
  let from = 0;
  const removed = stored.removed ?? [];
  for (let index = 0; index < removed.length; index += 2) {
    all.push({ range: { start: from, end: removed[index] as number } });
    from = removed[index + 1] as number;
  }
  all.push({ range: { start: from, end: stored.blob.length } });
  return all;
}

function cut(segment: Segment, start: number, end: number): Segment {
  if ('bytes' in segment) return { bytes: segment.bytes.subarray(start, end) };
  return { range: { start: segment.range.start + start, end: segment.range.start + end } };
}
