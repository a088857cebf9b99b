// A volume that is a directory on a disk: <path>/<last two digits of the id>/<id>.pack. The two digits are
// random in every kind of UUID, so that a directory holds 1/256 of the packs.
import { constants, read } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeWhole } from '@pochtar/runtime';
import { DescriptorCache } from './descriptor-cache.ts';
import { PackFile, writeAll } from './pack-file.ts';
import {
  isPackId,
  MARK_NAME,
  type OpenPack,
  PackMissing,
  parseMark,
  type StoredPack,
  type Volume,
  VolumeError,
  type VolumeMark,
} from './volume.ts';

const SUFFIX = '.pack';
/** Bytes of a streamed pack gathered for one write. */
const STREAM_WRITE = 1024 * 1024;

export interface DirectoryVolumeOptions {
  id: number;
  name: string;
  /** Absolute. */
  path: string;
}

/** Opens the directory; throws `VolumeError` naming the path when it is missing or no directory. */
export async function openDirectoryVolume(options: DirectoryVolumeOptions): Promise<Volume> {
  const volume = new DirectoryVolume(options);
  await volume.attempt('open', async () => {
    const found = await stat(options.path);
    if (!found.isDirectory()) throw new Error('it is not a directory; name a directory');
  });
  return volume;
}

class DirectoryVolume implements Volume {
  readonly id: number;
  readonly name: string;
  readonly kind = 'directory';
  readonly readSize = 256 * 1024;
  readonly #path: string;
  readonly #descriptors = new DescriptorCache();
  /** Subdirectories whose names this process knows to be durable. */
  readonly #durable = new Set<string>();

  constructor({ id, name, path }: DirectoryVolumeOptions) {
    this.id = id;
    this.name = name;
    this.#path = path;
  }

  readonly openPack = (packId: string): Promise<OpenPack> =>
    this.attempt('create a pack', async () => {
      const path = this.#packPath(packId);
      await this.#makeDirectory(dirname(path));
      const pack = await PackFile.create(path);
      // The name of the file must be as durable as its bytes before anything refers to it.
      await syncDirectory(dirname(path));
      return pack;
    });

  mayTakePacks(): Promise<void> {
    return Promise.resolve();
  }

  putPack(packId: string, body: Iterable<Buffer> | AsyncIterable<Buffer>, length: number): Promise<void> {
    return this.attempt('store a pack', async () => {
      const path = this.#packPath(packId);
      await this.#makeDirectory(dirname(path));
      const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
      try {
        const written = await copyInto(file, body, length);
        if (written !== length)
          throw new Error(`the body has ${written} bytes where ${length} were announced`);
        await file.sync();
      } catch (error) {
        await file.close();
        await unlink(path);
        throw error;
      }
      await file.close();
      await syncDirectory(dirname(path));
    });
  }

  async read(packId: string, start: number, end: number): Promise<Buffer> {
    const path = this.#packPath(packId);
    const bytes = Buffer.allocUnsafe(end - start);
    try {
      const got = await this.#descriptors.use(path, (descriptor) => readFully(descriptor, bytes, start));
      if (got < bytes.length) throw new Error(`pack ${packId} ends at ${start + got}, before ${end}`);
      return bytes;
    } catch (error) {
      if (isMissing(error)) throw new PackMissing(packId, this.#label);
      throw this.#error('read', error);
    }
  }

  packSize(packId: string): Promise<number | null> {
    return this.attempt('look at a pack', () => sizeOf(this.#packPath(packId)));
  }

  truncatePack(packId: string, size: number): Promise<void> {
    return this.attempt('truncate a pack', async () => {
      const file = await open(this.#packPath(packId), 'r+');
      try {
        await file.truncate(size);
        await file.sync();
      } finally {
        await file.close();
      }
    });
  }

  removePack(packId: string): Promise<void> {
    return this.attempt('remove a pack', async () => {
      const path = this.#packPath(packId);
      this.#descriptors.forget(path);
      await unlink(path).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    });
  }

  async *listPacks(): AsyncGenerator<StoredPack> {
    for (const shard of await this.attempt('list', () => readdir(this.#path, { withFileTypes: true }))) {
      if (!shard.isDirectory() || !/^[0-9a-f]{2}$/.test(shard.name)) continue;
      for (const file of await this.attempt('list', () => readdir(join(this.#path, shard.name)))) {
        const packId = file.slice(0, -SUFFIX.length);
        if (!file.endsWith(SUFFIX) || !isPackId(packId)) continue;
        const size = await this.packSize(packId);
        if (size !== null) yield { packId, size };
      }
    }
  }

  freeBytes(): Promise<number> {
    return this.attempt('measure', async () => {
      const { bavail, bsize } = await statfs(this.#path);
      return bavail * bsize;
    });
  }

  check(): Promise<void> {
    return this.attempt('write to', async () => {
      const probe = join(this.#path, `probe-${crypto.randomUUID()}`);
      const file = await open(probe, 'wx', 0o600);
      try {
        await file.write(Buffer.from('probe'));
        await file.sync();
      } finally {
        await file.close();
        await unlink(probe);
      }
    });
  }

  readMark(): Promise<VolumeMark | null> {
    return this.attempt('read its mark', async () => {
      try {
        return parseMark(await readFile(join(this.#path, MARK_NAME), 'utf8'));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  writeMark(mark: VolumeMark): Promise<void> {
    return this.attempt('write its mark', async () =>
      writeWhole(join(this.#path, MARK_NAME), JSON.stringify(mark), 0o644),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#descriptors[Symbol.asyncDispose]();
  }

  /** Runs `work`; what goes wrong becomes a `VolumeError` that names the volume and its path. */
  async attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#error(action, error);
    }
  }

  get #label(): string {
    return `volume "${this.name}" (${this.#path})`;
  }

  #error(action: string, cause: unknown): VolumeError {
    const { code, message } = cause as NodeJS.ErrnoException;
    const remedy = code === undefined ? undefined : REMEDIES[code];
    return new VolumeError(`${this.#label}: cannot ${action}: ${message}${remedy ? `; ${remedy}` : ''}`, {
      cause,
    });
  }

  #packPath(packId: string): string {
    if (!isPackId(packId))
      throw new TypeError(`pack id ${JSON.stringify(packId)} is not a UUID in small letters`);
    return join(this.#path, packId.slice(-2), packId + SUFFIX);
  }

  /** Another process may have made the subdirectory a moment ago: its name is synced by each that uses it. */
  async #makeDirectory(path: string): Promise<void> {
    if (this.#durable.has(path)) return;
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await syncDirectory(this.#path);
    this.#durable.add(path);
  }
}

const REMEDIES: Record<string, string> = {
  EACCES: 'give the user of this process write access to the directory',
  EPERM: 'give the user of this process write access to the directory',
  EROFS: 'the disk is mounted read-only: check it and mount it for writing',
  ENOENT: 'mount its disk, or create the directory where the volume is new',
  ENOTDIR: 'part of the path is a file: name a directory',
  ENOSPC: 'the disk is full: free space or choose another volume',
  EDQUOT: 'the disk quota is used up: raise it or choose another volume',
  EMFILE: 'raise the limit of open files of this process',
};

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Copies `body` into the file, small parts gathered, and returns its bytes; stops early when over `limit`. */
async function copyInto(
  file: FileHandle,
  body: Iterable<Buffer> | AsyncIterable<Buffer>,
  limit: number,
): Promise<number> {
  let parts: Buffer[] = [];
  let gathered = 0;
  let written = 0;
  const flush = async (): Promise<void> => {
    await writeAll(file, parts, written, gathered);
    written += gathered;
    parts = [];
    gathered = 0;
  };
  for await (const part of body) {
    parts.push(part);
    gathered += part.length;
    if (written + gathered > limit) return written + gathered;
    if (gathered >= STREAM_WRITE) await flush();
  }
  await flush();
  return written;
}

/** Reads until `bytes` is full or the file ends; returns the bytes read. */
async function readFully(descriptor: number, bytes: Buffer, position: number): Promise<number> {
  let got = 0;
  while (got < bytes.length) {
    const count = await readSome(descriptor, bytes, got, position + got);
    if (count === 0) break;
    got += count;
  }
  return got;
}

function readSome(descriptor: number, bytes: Buffer, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, bytes, at, bytes.length - at, position, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}
