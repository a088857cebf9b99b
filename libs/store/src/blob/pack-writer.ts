// Writes bodies into packs. While one flush is under way the next bodies gather, and they go out together:
// one write, one wait for the disk, one PUT. Alone, a body is flushed at once.
//
// Order: the pack's row is committed and the bodies are durable before a reference is given out. After a
// failed write the pack is abandoned at the end of its last acknowledged record, and the bodies in hand go
// into a new one: the kernel reports a failed write-back once, so a second try on the same file proves nothing.
import { createHash } from 'node:crypto';
import { gather, type Logger } from '@pochtar/runtime';
import { PackRotation } from './pack-rotation.ts';
import type { PackRegistry } from './pack-table.ts';
import { checkRecordHeader, RECORD_HEADER_LENGTH, type RecordHeader, writeRecordHeader } from './record.ts';
import type { Volume } from './volume.ts';
import { within } from './within.ts';

/** Where a body lies: its pack, and its first byte there. Part of a body is a reference as well. */
export interface BlobReference {
  /** A UUID. */
  packId: string;
  offset: number;
  length: number;
}

/** A body to be stored, in as many pieces as it has come. */
export interface Body extends RecordHeader {
  parts: readonly Buffer[];
}

export interface PackWriterOptions {
  /** The volume new packs go to; asked before every flush, so it must be cheap. */
  volume: () => Promise<Volume>;
  packs: PackRegistry;
  /** The random id of this start of the process. */
  writer: string;
  log: Logger;
  /** Told of every flush that succeeded. */
  onFlush?: ((flush: Flush) => void) | undefined;
  limits?: Partial<PackLimits>;
}

export interface Flush {
  bodies: number;
  bytes: number;
  /** Milliseconds until the bodies were durable, tries that failed included. */
  took: number;
}

export interface PackLimits {
  /** A pack is sealed when it has grown to so many bytes. */
  packSize: number;
  /** A pack is not written any more so long after it was opened. */
  packAgeMs: number;
  /** Bodies handed over and not yet durable; more are refused. */
  pendingBytes: number;
  /** A disk or a store that takes longer has failed. */
  flushMs: number;
  /** As `flushMs`, for a body that is streamed. */
  streamMs: number;
}

export const PACK_LIMITS: Readonly<PackLimits> = {
  packSize: 256 * 1024 * 1024,
  packAgeMs: 24 * 3600 * 1000,
  pendingBytes: 128 * 1024 * 1024,
  flushMs: 60_000,
  streamMs: 600_000,
};

const MAX_FLUSH_BODIES = 512;
const MAX_FLUSH_BYTES = 16 * 1024 * 1024;
/** Up to here the pieces of a flush are copied together: cheaper than a vector of many small ones. */
const MAX_COPIED_BYTES = 512 * 1024;
/** Packs tried for the bodies in hand before their owners are told. */
const MAX_ATTEMPTS = 2;

/** The body is not stored; the message says why. Repeating may help. */
export class BlobWriteError extends Error {
  override name = 'BlobWriteError';
}

export class PackWriter implements AsyncDisposable {
  readonly #options: PackWriterOptions;
  readonly #limits: PackLimits;
  readonly #rotation: PackRotation;
  readonly #gather: (body: Body) => Promise<BlobReference>;
  readonly #underWay = new Set<Promise<unknown>>();
  #pendingBytes = 0;
  #closed = false;
  #flushing = false;
  #rotateAfterFlush = false;
  /** The pieces of a small flush are put together here; only one flush is under way at a time. */
  #scratch: Buffer | null = null;

  constructor(options: PackWriterOptions) {
    this.#options = options;
    this.#limits = { ...PACK_LIMITS, ...options.limits };
    const { packSize, packAgeMs, flushMs: waitMs } = this.#limits;
    const { packs, writer, log } = options;
    this.#rotation = new PackRotation({ packs, writer, log, packSize, packAgeMs, waitMs });
    this.#gather = gather((bodies) => this.#flushAll(bodies), { maxItems: MAX_FLUSH_BODIES });
  }

  /** Stores a body among others; durable when resolved. Throws `BlobWriteError`. */
  async put(body: Body): Promise<BlobReference> {
    this.#mustBeOpen();
    // Here, so that a body that cannot be described refuses only itself.
    checkRecordHeader(body);
    if (this.#pendingBytes + body.length > this.#limits.pendingBytes) {
      throw new BlobWriteError(
        'the volume is slower than the mail that arrives: too much waits to be written',
      );
    }
    this.#pendingBytes += body.length;
    try {
      return await this.#track(this.#gather(body));
    } finally {
      this.#pendingBytes -= body.length;
    }
  }

  /** Stores a body in a pack of its own; durable when resolved. Throws `BlobWriteError`. */
  async putStream(
    header: RecordHeader,
    source: Iterable<Buffer> | AsyncIterable<Buffer>,
  ): Promise<BlobReference> {
    this.#mustBeOpen();
    const head = Buffer.alloc(RECORD_HEADER_LENGTH);
    writeRecordHeader(head, 0, header);
    const stored = this.#storeObject(behind(head, source), header.length, head, this.#limits.streamMs);
    try {
      return await this.#track(stored);
    } catch (error) {
      throw new BlobWriteError((error as Error).message, { cause: error });
    }
  }

  /** Ends the open pack, after the flush under way: the next body starts another. */
  rotate(): void {
    this.#rotateAfterFlush = this.#flushing;
    if (!this.#flushing) this.#rotation.end();
  }

  /** Flushes what is in hand and seals the open pack. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    await this.#rotation[Symbol.asyncDispose]();
  }

  async #flushAll(bodies: Body[]): Promise<(BlobReference | BlobWriteError)[]> {
    const results: (BlobReference | BlobWriteError)[] = [];
    this.#flushing = true;
    try {
      for (const portion of portions(bodies)) results.push(...(await this.#flush(portion)));
    } finally {
      this.#flushing = false;
    }
    if (this.#rotateAfterFlush) this.rotate();
    return results;
  }

  async #flush(bodies: readonly Body[]): Promise<(BlobReference | BlobWriteError)[]> {
    const begun = performance.now();
    let failure: unknown;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        const volume = await this.#options.volume();
        const references = volume.openPack
          ? await this.#append(volume, bodies)
          : await this.#putObject(bodies);
        const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
        this.#options.onFlush?.({ bodies: bodies.length, bytes, took: performance.now() - begun });
        return references;
      } catch (error) {
        failure = error;
        this.#options.log.warn({ err: error, bodies: bodies.length }, 'a flush of bodies failed');
      }
    }
    const { message } = failure as Error;
    return bodies.map(() => new BlobWriteError(message, { cause: failure }));
  }

  async #append(volume: Volume, bodies: readonly Body[]): Promise<BlobReference[]> {
    const pack = await this.#rotation.take(volume);
    const { parts, headers, references, length } = layOut(bodies, pack.id, pack.end);
    try {
      const written = pack.file.write(this.#together(parts, length), pack.end);
      await within(this.#limits.flushMs, `writing to volume "${volume.name}"`, written);
    } catch (error) {
      // The write may still be reading from it.
      this.#scratch = null;
      this.#rotation.end();
      throw error;
    }
    pack.end += length;
    pack.checksum.update(headers);
    this.#rotation.grown(pack);
    return references;
  }

  async #putObject(bodies: readonly Body[]): Promise<BlobReference[]> {
    const { parts, headers, references, length } = layOut(bodies, '', 0);
    const bytes = length - bodies.length * RECORD_HEADER_LENGTH;
    const { packId } = await this.#storeObject(parts, bytes, headers, this.#limits.flushMs);
    return references.map((reference) => ({ ...reference, packId }));
  }

  /** A whole pack at once. Its row is committed beside the transfer, so that a crash leaves no unknown object. */
  async #storeObject(
    body: Iterable<Buffer> | AsyncIterable<Buffer>,
    length: number,
    headers: Buffer,
    waitMs: number,
  ): Promise<BlobReference> {
    const volume = await this.#options.volume();
    await volume.mayTakePacks();
    const { packs, writer } = this.#options;
    const id = crypto.randomUUID();
    const size = length + headers.length;
    const checksum = createHash('sha256').update(headers).digest();
    const row = { id, volumeId: volume.id, writer, size, sealed: true, checksum };
    const stored = volume.putPack(id, body, size);
    const both = Promise.allSettled([stored, packs.register(row)]);
    const outcomes = await within(waitMs, `storing a pack on volume "${volume.name}"`, both);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      // A pack without a row would never be found again; a row without a pack is found by clean-up.
      await stored.then(() => volume.removePack(id)).catch(() => {});
      throw outcome.reason;
    }
    return { packId: id, offset: RECORD_HEADER_LENGTH, length };
  }

  /** The pieces as one buffer where copying is cheaper than a vector; valid until the next call. */
  #together(parts: readonly Buffer[], length: number): readonly Buffer[] {
    if (length > MAX_COPIED_BYTES) return parts;
    this.#scratch ??= Buffer.allocUnsafeSlow(MAX_COPIED_BYTES);
    let at = 0;
    for (const part of parts) {
      this.#scratch.set(part, at);
      at += part.length;
    }
    return [this.#scratch.subarray(0, length)];
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new BlobWriteError('the blob store is closing');
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }
}

interface Layout {
  /** Header and pieces of each body, in order. */
  parts: Buffer[];
  /** All headers, one behind the other. */
  headers: Buffer;
  references: BlobReference[];
  length: number;
}

function layOut(bodies: readonly Body[], packId: string, position: number): Layout {
  const headers = Buffer.allocUnsafe(bodies.length * RECORD_HEADER_LENGTH);
  const parts: Buffer[] = [];
  const references: BlobReference[] = [];
  let end = position;
  for (const [index, body] of bodies.entries()) {
    const at = index * RECORD_HEADER_LENGTH;
    writeRecordHeader(headers, at, body);
    parts.push(headers.subarray(at, at + RECORD_HEADER_LENGTH), ...body.parts);
    references.push({ packId, offset: end + RECORD_HEADER_LENGTH, length: body.length });
    end += RECORD_HEADER_LENGTH + body.length;
  }
  return { parts, headers, references, length: end - position };
}

/** Cuts a batch so that no flush grows beyond what should stand in memory twice or wait for one another. */
function* portions(bodies: readonly Body[]): Generator<Body[]> {
  let portion: Body[] = [];
  let bytes = 0;
  for (const body of bodies) {
    if (portion.length > 0 && bytes + body.length > MAX_FLUSH_BYTES) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(body);
    bytes += body.length;
  }
  if (portion.length > 0) yield portion;
}

async function* behind(
  head: Buffer,
  source: Iterable<Buffer> | AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield head;
  yield* source;
}
