// A temporary file for a body that is too large for memory. Its name is removed as soon as it is open, so that
// nothing stays behind whatever becomes of this process.
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidv7 } from '@pochtar/runtime';

const READ_BYTES = 256 * 1024;

export class SpoolFile {
  readonly #file: FileHandle;
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Throws when the directory can't be written to. */
  static async create(directory: string): Promise<SpoolFile> {
    const path = join(directory, `pochtar-${uuidv7()}`);
    const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600);
    await unlink(path);
    return new SpoolFile(file);
  }

  /** Calls come one after another. Throws when the disk takes no more. */
  async append(parts: readonly Buffer[]): Promise<void> {
    let left = parts;
    while (left.length > 0) {
      const { bytesWritten } = await this.#file.writev(left, this.#size);
      this.#size += bytesWritten;
      left = without(left, bytesWritten);
    }
  }

  async *read(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#size; ) {
      const bytes = Buffer.allocUnsafe(Math.min(READ_BYTES, this.#size - at));
      const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, at);
      if (bytesRead === 0) throw new Error(`the spool file ends at ${at} of ${this.#size} bytes`);
      at += bytesRead;
      yield bytes.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** What is left of `parts` behind the first `bytes`. */
function without(parts: readonly Buffer[], bytes: number): Buffer[] {
  const left: Buffer[] = [];
  let skip = bytes;
  for (const part of parts) {
    if (skip < part.length) left.push(skip > 0 ? part.subarray(skip) : part);
    skip = Math.max(0, skip - part.length);
  }
  return left;
}
