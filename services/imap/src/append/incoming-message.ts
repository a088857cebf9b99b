// The message of an APPEND while it comes in: scanned and hashed in one pass, kept in memory while it is small, and
// in a spool file when it is large or when all of them together take too much memory.
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { MailScanner, type ScannedMail } from '@pochtar/mail';
import { uuidv7 } from '@pochtar/runtime';
import type { BlobReference, BlobStore } from '@pochtar/store/blob';

/** The memory that messages of all sessions share. */
export class BodyMemory {
  readonly limit: number;
  used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }
}

const MAX_IN_MEMORY = 1024 * 1024;
/** Gathered for one write to the spool file, and read from it at once. */
const SPOOLED_AT_ONCE = 256 * 1024;

export interface ReceivedMessage {
  scan: ScannedMail;
  sha256: Buffer;
  blob: BlobReference;
}

export interface IncomingOptions {
  /** Octets that will come. */
  length: number;
  memory: BodyMemory;
  spoolDirectory: string;
}

/** `await using message = await IncomingMessage.open(...)`: gives memory and file back. */
export class IncomingMessage implements AsyncDisposable {
  readonly #memory: BodyMemory;
  readonly #scanner = new MailScanner();
  readonly #hash: Hash = createHash('sha256');
  /** The whole message, or what gathers for the spool file. Copied to: what the socket hands out may be tiny. */
  readonly #block: Buffer;
  readonly #file: FileHandle | null;
  #filled = 0;
  #written = 0;

  private constructor(memory: BodyMemory, size: number, file: FileHandle | null) {
    this.#memory = memory;
    this.#memory.used += size;
    this.#block = Buffer.allocUnsafe(size);
    this.#file = file;
  }

  /** Throws when the spool directory can't be written to. */
  static async open({ length, memory, spoolDirectory }: IncomingOptions): Promise<IncomingMessage> {
    const isSmall = length <= MAX_IN_MEMORY && memory.used + length <= memory.limit;
    if (isSmall) return new IncomingMessage(memory, length, null);
    return new IncomingMessage(memory, SPOOLED_AT_ONCE, await createSpoolFile(spoolDirectory));
  }

  /** Throws when the spool directory takes no more. */
  async write(part: Buffer): Promise<void> {
    this.#scanner.write(part);
    this.#hash.update(part);
    for (let at = 0; at < part.length; ) {
      if (this.#filled === this.#block.length) await this.#spool();
      const copied = part.copy(this.#block, this.#filled, at);
      this.#filled += copied;
      at += copied;
    }
  }

  /** Makes the message durable as this blob. */
  async store(blobs: BlobStore, blobId: string): Promise<ReceivedMessage> {
    const scan = this.#scanner.end();
    const sha256 = this.#hash.digest();
    if (this.#file === null) {
      return { scan, sha256, blob: await blobs.put(blobId, this.#block.subarray(0, this.#filled), sha256) };
    }
    await this.#spool();
    return {
      scan,
      sha256,
      blob: await blobs.putStream(blobId, this.#read(this.#file), this.#written, sha256),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#memory.used -= this.#block.length;
    await this.#file?.close();
  }

  async #spool(): Promise<void> {
    if (this.#file === null) throw new RangeError('more octets came than were announced');
    await this.#file.writeFile(this.#block.subarray(0, this.#filled));
    this.#written += this.#filled;
    this.#filled = 0;
  }

  async *#read(file: FileHandle): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#written; ) {
      const octets = Buffer.allocUnsafe(Math.min(SPOOLED_AT_ONCE, this.#written - at));
      const { bytesRead } = await file.read(octets, 0, octets.length, at);
      if (bytesRead === 0) throw new Error(`the spool file ends at ${at} of ${this.#written} bytes`);
      at += bytesRead;
      yield octets.subarray(0, bytesRead);
    }
  }
}

// Its name is removed at once, so that nothing stays behind whatever becomes of this process.
async function createSpoolFile(directory: string): Promise<FileHandle> {
  const path = join(directory, `pochtar-imap-${uuidv7()}`);
  const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600);
  await unlink(path);
  return file;
}
