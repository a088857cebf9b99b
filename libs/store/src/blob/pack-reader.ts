// Reads bodies, or parts of them, by range. A pack may have moved to another volume since its place was
// looked up: a reader that meets a missing pack reads the row again, once.
import type { PackTable } from './pack-table.ts';
import type { BlobReference } from './pack-writer.ts';
import { PackMissing } from './volume.ts';
import type { VolumeSource } from './volumes.ts';
import { within } from './within.ts';

/** Bytes of a body, [start, end). */
export interface ByteRange {
  start: number;
  end: number;
}

/** The most one `read` returns; longer ranges are streamed. */
export const MAX_READ_BYTES = 8 * 1024 * 1024;
const READ_MS = 60_000;
/** Reads of one `readMany` under way at the same time, and what they may hold in memory together. */
const MANY_AT_ONCE = 8;
const MANY_BYTES = 16 * 1024 * 1024;
/** References of one pack that lie so close are read together. */
const JOIN_GAP = 32 * 1024;
const JOIN_BYTES = 1024 * 1024;

/** The body's pack is nowhere: neither its row nor a second look led to it. */
export class BlobMissing extends Error {
  override name = 'BlobMissing';
}

/** The reference to a part of a body. Throws `RangeError` when the range lies outside of it. */
export function partOf(reference: BlobReference, { start, end }: ByteRange): BlobReference {
  if (start < 0 || end < start || end > reference.length) {
    throw new RangeError(`[${start}, ${end}) lies outside of a body of ${reference.length} bytes`);
  }
  return { packId: reference.packId, offset: reference.offset + start, length: end - start };
}

export class PackReader {
  readonly #packs: Pick<PackTable, 'volumeOf'>;
  readonly #volumes: Pick<VolumeSource, 'byId'>;

  constructor(packs: Pick<PackTable, 'volumeOf'>, volumes: Pick<VolumeSource, 'byId'>) {
    this.#packs = packs;
    this.#volumes = volumes;
  }

  async read(reference: BlobReference): Promise<Buffer> {
    if (reference.length > MAX_READ_BYTES) {
      throw new RangeError(`${reference.length} bytes are too many for one read: stream them`);
    }
    return this.#readAt(reference.packId, reference.offset, reference.offset + reference.length);
  }

  /** The bytes in pieces; the next one is read when it is asked for, and nothing is held open in between. */
  async *stream(reference: BlobReference): AsyncGenerator<Buffer> {
    const end = reference.offset + reference.length;
    let size = 0;
    for (let at = reference.offset; at < end; at += size) {
      const volume = await this.#volumeOf(reference.packId, false);
      size = Math.min(end - at, volume.readSize);
      yield await this.#readAt(reference.packId, at, at + size);
    }
  }

  /** The bytes of each reference, in order; neighbours in a pack are read together, a few reads run ahead. */
  async *readMany(references: readonly BlobReference[]): AsyncGenerator<Buffer> {
    const spans = joinNeighbours(references);
    const ahead: { span: Span; bytes: Promise<Buffer> }[] = [];
    let held = 0;
    let next = 0;
    while (ahead.length > 0 || next < spans.length) {
      for (let span = spans[next]; span && ahead.length < MANY_AT_ONCE; span = spans[++next]) {
        if (ahead.length > 0 && held + span.reference.length > MANY_BYTES) break;
        held += span.reference.length;
        const bytes = this.read(span.reference);
        // It is awaited below; until then a failure waits its turn.
        bytes.catch(() => {});
        ahead.push({ span, bytes });
      }
      const first = ahead.shift();
      if (!first) break;
      const bytes = await first.bytes;
      const { reference, members } = first.span;
      for (const { offset, length } of members) {
        const at = offset - reference.offset;
        yield bytes.subarray(at, at + length);
      }
      held -= reference.length;
    }
  }

  async #readAt(packId: string, start: number, end: number): Promise<Buffer> {
    try {
      return await this.#readOn(packId, start, end, false);
    } catch (error) {
      if (!(error instanceof PackMissing)) throw error;
    }
    try {
      return await this.#readOn(packId, start, end, true);
    } catch (error) {
      if (error instanceof PackMissing) throw new BlobMissing(error.message, { cause: error });
      throw error;
    }
  }

  async #readOn(packId: string, start: number, end: number, fresh: boolean): Promise<Buffer> {
    const volume = await this.#volumeOf(packId, fresh);
    return within(READ_MS, `reading from volume "${volume.name}"`, volume.read(packId, start, end));
  }

  async #volumeOf(packId: string, fresh: boolean) {
    const volumeId = await this.#packs.volumeOf(packId, fresh);
    if (volumeId === null) throw new BlobMissing(`there is no pack ${packId}`);
    return this.#volumes.byId(volumeId);
  }
}

interface Span {
  /** What is read. */
  reference: BlobReference;
  /** What was asked for, within it. */
  members: BlobReference[];
}

function joinNeighbours(references: readonly BlobReference[]): Span[] {
  const spans: Span[] = [];
  for (const wanted of references) {
    const last = spans.at(-1);
    if (!last || !joins(last.reference, wanted)) {
      spans.push({ reference: { ...wanted }, members: [wanted] });
      continue;
    }
    last.reference.length = wanted.offset + wanted.length - last.reference.offset;
    last.members.push(wanted);
  }
  return spans;
}

function joins(span: BlobReference, wanted: BlobReference): boolean {
  const gap = wanted.offset - (span.offset + span.length);
  const together = wanted.offset + wanted.length - span.offset;
  return span.packId === wanted.packId && gap >= 0 && gap <= JOIN_GAP && together <= JOIN_BYTES;
}
