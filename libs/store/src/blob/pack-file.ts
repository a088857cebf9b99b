// A pack that grows in a directory. The file is zero-filled ahead of the writer: making an overwrite durable
// costs a fraction of what an append does, because the file's size and block map stay as they are.
//
// Two descriptors: bodies go through one, zeros through the other. The kernel tells each open descriptor of a
// failed write-back once, so that the failure of a body's page is never used up by a sync of zeros. Zeros are
// synced step by step, because a body's fdatasync waits for every dirty page of the file.
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { OpenPack } from './volume.ts';

const FIRST_FILL = 256 * 1024;
const MAX_FILL = 8 * 1024 * 1024;
/** Zeros written and synced at a time. */
const ZEROS = Buffer.alloc(1024 * 1024);

export class PackFile implements OpenPack {
  readonly #path: string;
  readonly #bodies: FileHandle;
  readonly #zeros: FileHandle;
  /** Zero-filled up to here; a fill under way writes behind it. */
  #filled = 0;
  #filling: Promise<void> | null = null;
  /** Set when a fill failed: the file is not extended any more, writes go on while they succeed. */
  #fillFailed: Error | null = null;

  private constructor(path: string, bodies: FileHandle, zeros: FileHandle) {
    this.#path = path;
    this.#bodies = bodies;
    this.#zeros = zeros;
  }

  /** Creates the file (it must not exist), fills its beginning and makes it durable; not yet its directory. */
  static async create(path: string): Promise<PackFile> {
    const zeros = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    let bodies: FileHandle | undefined;
    try {
      bodies = await open(path, constants.O_WRONLY);
      const pack = new PackFile(path, bodies, zeros);
      await pack.#fill(0, FIRST_FILL);
      await zeros.sync();
      pack.#filled = FIRST_FILL;
      return pack;
    } catch (error) {
      await Promise.allSettled([zeros.close(), bodies?.close(), unlink(path)]);
      throw error;
    }
  }

  async write(parts: readonly Buffer[], position: number): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    // A fill under way would overwrite what lies in its range with zeros.
    if (this.#filling && position + length > this.#filled) await this.#filling;
    if (this.#fillFailed && !isDiskFull(this.#fillFailed)) throw this.#fillFailed;
    await writeAll(this.#bodies, parts, position, length);
    await this.#bodies.datasync();
    this.#fillAhead(position + length);
  }

  /** Keeps zeros ahead of `position`: little in a young pack, 8 MiB and more in a busy one; nobody waits for it. */
  #fillAhead(position: number): void {
    const step = Math.min(MAX_FILL, Math.max(FIRST_FILL, position));
    if (this.#filling || this.#fillFailed || this.#filled - position >= step) return;
    const from = Math.max(this.#filled, position);
    this.#filling = this.#fillInBackground(from, from + step);
  }

  async #fillInBackground(from: number, to: number): Promise<void> {
    try {
      await this.#fill(from, to);
      this.#filled = to;
    } catch (error) {
      this.#fillFailed = error as Error;
    } finally {
      this.#filling = null;
    }
  }

  async #fill(from: number, to: number): Promise<void> {
    for (let at = from; at < to; at += ZEROS.length) {
      const part = ZEROS.subarray(0, Math.min(ZEROS.length, to - at));
      await writeAll(this.#zeros, [part], at, part.length);
      await this.#zeros.datasync();
    }
  }

  async seal(size: number): Promise<void> {
    await this.#filling;
    try {
      await this.#zeros.truncate(size);
      await this.#zeros.sync();
    } finally {
      await this.#close();
    }
  }

  async discard(): Promise<void> {
    await this.#filling;
    await this.#close();
    await unlink(this.#path);
  }

  async #close(): Promise<void> {
    await Promise.all([this.#bodies.close(), this.#zeros.close()]);
  }
}

/** Writes every byte of `parts`, whatever the system takes at a time. */
export async function writeAll(
  file: FileHandle,
  parts: readonly Buffer[],
  position: number,
  length: number,
): Promise<void> {
  let left = parts;
  let written = 0;
  while (written < length) {
    const bytes = await writeSome(file, left, position + written);
    if (bytes === 0) throw new Error('the file takes no more bytes');
    written += bytes;
    if (written < length) left = rest(left, bytes);
  }
}

async function writeSome(file: FileHandle, parts: readonly Buffer[], position: number): Promise<number> {
  const [first] = parts;
  if (parts.length === 1 && first) return (await file.write(first, 0, first.length, position)).bytesWritten;
  return (await file.writev(parts, position)).bytesWritten;
}

function rest(parts: readonly Buffer[], written: number): Buffer[] {
  const left: Buffer[] = [];
  let skip = written;
  for (const part of parts) {
    if (skip < part.length) left.push(part.subarray(skip));
    skip = Math.max(0, skip - part.length);
  }
  return left;
}

function isDiskFull(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
