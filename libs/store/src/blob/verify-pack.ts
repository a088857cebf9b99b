// Walks the records of a pack as they lie on its volume, without Postgres: for sealing what a dead process
// left open, for the scrub, for the check of a moved pack, and for finding bodies again.
import { createHash } from 'node:crypto';
import { RECORD_HEADER_LENGTH, type RecordHeader, readRecordHeader, writeRecordHeader } from './record.ts';
import { PackMissing, type Volume } from './volume.ts';

/** Bytes of a pack looked at together. */
const WINDOW = 1024 * 1024;

export interface StoredRecord extends RecordHeader {
  /** The body's first byte in the pack. */
  offset: number;
  /** Whether the body has the hash that its header names. */
  isWhole: boolean;
}

export interface VerifiedPack {
  /** Whole records. */
  records: number;
  /** Where the last whole record ends. */
  end: number;
  /** Records before `end` whose header is sound and whose body is not. */
  damaged: StoredRecord[];
  /** SHA-256 over the headers of all records before `end`: what store.pack.checksum holds. */
  checksum: Buffer;
}

/**
 * The records in order, up to the first place where no sound header stands (the zero-filled tail, a torn
 * write, or the end). `size` limits the walk to the pack's own bytes. Throws `PackMissing`, `VolumeError`.
 */
export async function* readRecords(
  volume: Volume,
  packId: string,
  size?: number,
): AsyncGenerator<StoredRecord> {
  const stored = await volume.packSize(packId);
  if (stored === null) throw new PackMissing(packId, `volume "${volume.name}"`);
  const end = Math.min(stored, size ?? stored);
  const bytes = windowOver(volume, packId, end);
  let at = 0;
  while (at + RECORD_HEADER_LENGTH <= end) {
    const header = readRecordHeader(await bytes(at, at + RECORD_HEADER_LENGTH));
    const offset = at + RECORD_HEADER_LENGTH;
    if (!header || header.length > end - offset) return;
    at = offset + header.length;
    const hash = createHash('sha256');
    for (let from = offset; from < at; from += WINDOW)
      hash.update(await bytes(from, Math.min(at, from + WINDOW)));
    yield { ...header, offset, isWhole: hash.digest().equals(header.sha256) };
  }
}

/** Reads every record and every body of a pack. Throws `PackMissing`, `VolumeError`. */
export async function verifyPack(volume: Volume, packId: string, size?: number): Promise<VerifiedPack> {
  const checksum = createHash('sha256');
  const head = Buffer.alloc(RECORD_HEADER_LENGTH);
  const damaged: StoredRecord[] = [];
  // Damaged records count only when a whole one follows: otherwise they are the torn end of the pack.
  let unsure: StoredRecord[] = [];
  let records = 0;
  let end = 0;
  for await (const record of readRecords(volume, packId, size)) {
    unsure.push(record);
    if (!record.isWhole) continue;
    for (const passed of unsure) {
      writeRecordHeader(head, 0, passed);
      checksum.update(head);
      if (!passed.isWhole) damaged.push(passed);
    }
    unsure = [];
    records++;
    end = record.offset + record.length;
  }
  return { records, end, damaged, checksum: checksum.digest() };
}

type Bytes = (from: number, to: number) => Promise<Buffer>;

/** A forward reader that asks the volume for a window at a time. */
function windowOver(volume: Volume, packId: string, size: number): Bytes {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return async (from, to) => {
    if (from < start || to > start + window.length) {
      window = await volume.read(packId, from, Math.min(size, Math.max(to, from + WINDOW)));
      start = from;
    }
    return window.subarray(from - start, to - start);
  };
}
