// The body of one mail while it comes in (SMTP DATA, IMAP APPEND): scanned and hashed in the one pass that there is, kept
// in memory while it is small and written to a spool file when it is large, or when all bodies together take too much
// memory.
//
// Over the size limit nothing is kept any more; the rest of the payload is only counted, as the client does not read
// a reply before it has sent everything (RFC 5321 §4.1.1.4).
import { createHash, type Hash } from 'node:crypto';
import { MailScanner, type ScannedMail } from '@pochtar/mail';
import { type BlobReference, type BlobStore, MAX_SHARED_BODY_BYTES } from '@pochtar/store/blob';
import { type DiskClaim, type DiskSpace, NoRoom } from './disk-space.ts';
import { SpoolFile } from './spool-file.ts';

/** The memory that bodies of all sessions share. */
export class BodyMemory {
  readonly limit: number;
  used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }
}

export interface BodyOptions {
  /** Put in front of what the client sends. */
  trace?: Buffer;
  /** Octets the client may send. */
  maxSize: number;
  /** Larger bodies go to the spool directory; by default those that get a pack of their own. */
  maxInMemory?: number;
  memory: BodyMemory;
  spoolDirectory: string;
  /** Where the space it takes is counted: below the low-water mark it is kept no longer, and fails with `NoRoom`. */
  disk?: Pick<DiskSpace, 'claim'>;
}

export interface CompleteBody {
  scan: ScannedMail;
  sha256: Buffer;
  size: number;
  /** Null: it lies in the spool file. */
  parts: readonly Buffer[] | null;
  /** Reads the spool file; until `discard`. */
  read: () => AsyncIterable<Buffer>;
  /** Told when it lies in a pack. */
  stored: () => void;
}

/** Written to the spool file at once; more is waited for. */
const MAX_UNWRITTEN = 1024 * 1024;
/** Copied together: a client may send octet by octet, and a Buffer costs much more than one. */
const MAX_LOOSE_PARTS = 256;

/** A sink for payload: after each `write` wait for `busy` where there is one. */
export class IncomingBody {
  readonly #options: BodyOptions;
  readonly #scanner = new MailScanner();
  readonly #hash: Hash = createHash('sha256');
  readonly #claim: DiskClaim | null;
  #parts: Buffer[] = [];
  /** Of `#parts`, at its end: not copied together yet. */
  #loose = 0;
  #kept = 0;
  /** Octets of the client. */
  #received = 0;
  #size = 0;
  #spool: SpoolFile | null = null;
  #writing: Promise<void> | null = null;
  #failure: Error | null = null;
  #isDiscarded = false;

  constructor(options: BodyOptions) {
    this.#options = options;
    this.#claim = options.disk?.claim() ?? null;
    if (options.trace) this.#take(options.trace);
  }

  /** Octets the client has sent, those over the limit too. */
  get received(): number {
    return this.#received;
  }

  get isTooLarge(): boolean {
    return this.#received > this.#options.maxSize;
  }

  /** A promise while it has more in hand than it likes. Never rejects. */
  get busy(): Promise<void> | null {
    return this.#kept > MAX_UNWRITTEN && this.#writing ? this.#writing : null;
  }

  /** The buffer is the body's from now on. */
  write(payload: Buffer): void {
    this.#received += payload.length;
    if (this.isTooLarge) this.#giveUp();
    else if (!this.#isDiscarded && !this.#failure) this.#take(payload);
  }

  /** Puts in what the client did not send; it counts for no limit of the client's. */
  insert(bytes: Buffer): void {
    if (!this.isTooLarge && !this.#isDiscarded && !this.#failure) this.#take(bytes);
  }

  /** The whole body; only when it is not too large. Throws why the spool file could not be written. */
  async complete(): Promise<CompleteBody> {
    // A write that is under way may have ended its loop before the last payload came.
    while (this.#writing || (this.#spool && this.#parts.length > 0))
      await (this.#writing ?? this.#startWriting());
    if (this.#failure) throw this.#failure;
    const spool = this.#spool;
    return {
      scan: this.#scanner.end(),
      sha256: this.#hash.digest(),
      size: this.#size,
      parts: spool ? null : this.#parts,
      read: () => (spool as SpoolFile).read(),
      stored: () => this.#claim?.stored(),
    };
  }

  /** Gives memory and file back; harmless when called twice. */
  discard(): void {
    this.#isDiscarded = true;
    this.#giveUp();
    // A write that is under way closes the file at its end.
    if (!this.#writing) this.#closeSpool();
  }

  #take(payload: Buffer): void {
    if (this.#claim?.grow(payload.length) === false) return this.#fail(new NoRoom());
    this.#scanner.write(payload);
    this.#hash.update(payload);
    this.#parts.push(payload);
    if (++this.#loose === MAX_LOOSE_PARTS) {
      this.#parts.push(Buffer.concat(this.#parts.splice(-MAX_LOOSE_PARTS)));
      this.#loose = 0;
    }
    this.#size += payload.length;
    this.#kept += payload.length;
    this.#options.memory.used += payload.length;
    const { memory, maxInMemory = MAX_SHARED_BODY_BYTES } = this.#options;
    const isLarge = this.#size > maxInMemory || memory.used > memory.limit;
    if ((this.#spool || isLarge) && !this.#writing) void this.#startWriting();
  }

  #startWriting(): Promise<void> {
    this.#writing = this.#write().finally(() => {
      this.#writing = null;
      if (this.#isDiscarded || this.#failure) this.#closeSpool();
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    try {
      this.#spool ??= await SpoolFile.create(this.#options.spoolDirectory);
      while (this.#parts.length > 0) await this.#append(this.#spool);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  async #append(spool: SpoolFile): Promise<void> {
    const parts = this.#parts;
    const bytes = this.#kept;
    this.#parts = [];
    this.#loose = 0;
    this.#kept = 0;
    try {
      await spool.append(parts);
      this.#claim?.spooled(bytes);
    } finally {
      this.#options.memory.used -= bytes;
    }
  }

  #fail(reason: Error): void {
    this.#failure = reason;
    this.#giveUp();
    // What lies in it is wanted by others now; a write that is under way closes it at its end.
    if (!this.#writing) this.#closeSpool();
  }

  #giveUp(): void {
    this.#claim?.release();
    this.#options.memory.used -= this.#kept;
    this.#parts = [];
    this.#loose = 0;
    this.#kept = 0;
  }

  #closeSpool(): void {
    const spool = this.#spool;
    this.#spool = null;
    // The file has no name any more; an error here can lose nothing.
    void spool?.close().catch(() => {});
  }
}

/** Makes a complete body durable under this id. */
export async function storeBody(blobs: BlobStore, id: string, body: CompleteBody): Promise<BlobReference> {
  const { parts, read, size, sha256, stored } = body;
  const reference = await (parts ? blobs.put(id, parts, sha256) : blobs.putStream(id, read(), size, sha256));
  stored();
  return reference;
}
