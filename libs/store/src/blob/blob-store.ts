// The store of bodies: what smtp, imap and delivery see of packs and volumes.
import { createHash } from 'node:crypto';
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '../db.ts';
import { type ByteRange, PackReader, partOf } from './pack-reader.ts';
import { PackTable } from './pack-table.ts';
import { type BlobReference, type Flush, PackWriter } from './pack-writer.ts';
import { type SecretFor, Volumes, type VolumeSource } from './volumes.ts';

/** Larger bodies get a pack of their own. */
export const MAX_SHARED_BODY_BYTES = 1024 * 1024;

export interface BlobStore extends AsyncDisposable {
  /**
   * Stores a body; durable (fdatasync, or the store's 200) when resolved. Without `sha256` it is computed.
   * The buffers must not change before that. Throws `BlobWriteError`: transient, nothing may refer to the body.
   */
  put(blobId: string, body: Buffer | readonly Buffer[], sha256?: Buffer): Promise<BlobReference>;
  /**
   * Stores a body of exactly `length` bytes from a source that is read with back-pressure, in a pack of its
   * own. Throws `BlobWriteError` when the volume fails or the source ends early, late or with an error.
   */
  putStream(
    blobId: string,
    body: AsyncIterable<Buffer>,
    length: number,
    sha256: Buffer,
  ): Promise<BlobReference>;
  /**
   * The body, or the range [start, end) of it: 8 MiB at most. Throws `RangeError` outside of the body,
   * `BlobMissing` when its pack is nowhere, `VolumeError` when the volume fails.
   */
  read(reference: BlobReference, range?: ByteRange): Promise<Buffer>;
  /** As `read`, of any length, in pieces of 256 KiB (directory) or 4 MiB (S3) that are read when asked for. */
  readStream(reference: BlobReference, range?: ByteRange): AsyncIterable<Buffer>;
  /** The bytes of each reference (8 MiB at most each), in order; see `partOf` for ranges. */
  readMany(references: readonly BlobReference[]): AsyncIterable<Buffer>;
  /** Bytes free on the current volume, or null when it has no such number. */
  freeBytes(): Promise<number | null>;
  /** Throws `VolumeError` unless bodies can be stored on the current volume now. */
  check(): Promise<void>;
  /** Throws `VolumeError` unless the volumes in use are there and are ours. Cheap: it writes nothing. */
  look(): Promise<void>;
  /** Ends the open pack, so that the next body goes to a new one. */
  rotate(): void;
  /** The volumes, for those who move, verify and remove packs. */
  readonly volumes: VolumeSource;
}

export interface BlobStoreOptions {
  db: Queryable;
  /** The random id of this start of the process. */
  instance: string;
  log: Logger;
  /** The id of the volume new packs go to. Undefined: the lowest one. */
  volumeId?: (() => number | undefined) | number;
  /** Gives the secret key of an S3 volume; without it S3 volumes cannot be used. */
  secretFor?: SecretFor;
  /** Told of every flush that succeeded, for metrics. */
  onFlush?: (flush: Flush) => void;
  /** Instead of the rows of store.volume. */
  volumes?: VolumeSource;
}

/** Nothing is opened before it is needed; `check` tells whether bodies can be stored. */
export function openBlobStore(options: BlobStoreOptions): Promise<BlobStore> {
  const { db, instance, log, volumeId, secretFor, onFlush } = options;
  const volumes = options.volumes ?? new Volumes({ db, volumeId, secretFor });
  const packs = new PackTable(db);
  const writer = new PackWriter({ volume: () => volumes.current(), packs, writer: instance, log, onFlush });
  const reader = new PackReader(packs, volumes);
  return Promise.resolve({
    put: async (blobId, body, sha256) => {
      const parts = Buffer.isBuffer(body) ? [body] : body;
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      const header = { blobId, length, sha256: sha256 ?? hashOf(parts) };
      if (length > MAX_SHARED_BODY_BYTES) return writer.putStream(header, parts);
      return writer.put({ ...header, parts });
    },
    putStream: (blobId, body, length, sha256) => writer.putStream({ blobId, length, sha256 }, body),
    read: async (reference, range) => reader.read(ranged(reference, range)),
    readStream: (reference, range) => reader.stream(ranged(reference, range)),
    readMany: (references) => reader.readMany(references),
    freeBytes: async () => (await volumes.current()).freeBytes(),
    check: async () => (await volumes.current()).check(),
    look: () => volumes.look(),
    rotate: () => writer.rotate(),
    volumes,
    [Symbol.asyncDispose]: async () => {
      await writer[Symbol.asyncDispose]();
      if (!options.volumes) await volumes[Symbol.asyncDispose]();
    },
  });
}

function ranged(reference: BlobReference, range: ByteRange | undefined): BlobReference {
  return range ? partOf(reference, range) : reference;
}

function hashOf(parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
