// What only a directory does: packs that grow, files on a disk, descriptors.
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { describe, expect, test } from 'vitest';
import { DescriptorCache } from './descriptor-cache.ts';
import { openDirectoryVolume } from './directory-volume.ts';
import { type OpenPack, PackMissing, type Volume, VolumeError } from './volume.ts';

const MiB = 1024 * 1024;

function openPack(volume: Volume, packId: string): Promise<OpenPack> {
  if (!volume.openPack) throw new Error('a directory has packs that grow');
  return volume.openPack(packId);
}

function fileOf(path: string, packId: string): string {
  return join(path, packId.slice(-2), `${packId}.pack`);
}

const openFiles = (): number => readdirSync('/proc/self/fd').length;

describe('a pack that grows', () => {
  test('holds what was written at each position and is cut to the acknowledged bytes when sealed', async () => {
    using directory = temporaryDirectory();
    await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
    const packId = crypto.randomUUID();
    const pack = await openPack(volume, packId);
    await pack.write([Buffer.from('one'), Buffer.from('two')], 0);
    await pack.write([Buffer.from('three')], 6);
    expect(statSync(fileOf(directory.path, packId)).size).toBeGreaterThan(11);
    expect((await volume.read(packId, 0, 11)).toString()).toBe('onetwothree');
    await pack.seal(6);
    expect(readFileSync(fileOf(directory.path, packId), 'utf8')).toBe('onetwo');
  });

  test('zeros written ahead never reach a byte that was written', async () => {
    using directory = temporaryDirectory();
    await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
    const packId = crypto.randomUUID();
    const pack = await openPack(volume, packId);
    // Larger and smaller than what is filled ahead, so that writes overtake the fill and wait for it.
    const sizes = [1000, 300_000, 3 * MiB, 5, 9 * MiB, 70_000, 20 * MiB, 1];
    let position = 0;
    for (const [index, size] of sizes.entries()) {
      await pack.write([Buffer.alloc(size, index + 1)], position);
      position += size;
    }
    await pack.seal(position);
    const stored = readFileSync(fileOf(directory.path, packId));
    expect(stored.length).toBe(position);
    let at = 0;
    for (const [index, size] of sizes.entries()) {
      expect(stored.subarray(at, at + size).equals(Buffer.alloc(size, index + 1))).toBe(true);
      at += size;
    }
  });

  test('is never continued: the id of an existing pack is refused', async () => {
    using directory = temporaryDirectory();
    await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
    const packId = crypto.randomUUID();
    const pack = await openPack(volume, packId);
    await expect(openPack(volume, packId)).rejects.toThrow('EEXIST');
    await expect(volume.putPack(packId, [Buffer.from('x')], 1)).rejects.toThrow('EEXIST');
    await pack.discard();
    expect(await volume.packSize(packId)).toBeNull();
  });
});

describe('errors name the path and what to do', () => {
  test('a directory that does not exist', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'missing');
    const opening = openDirectoryVolume({ id: 1, name: 'main', path });
    await expect(opening).rejects.toThrow(VolumeError);
    await expect(opening).rejects.toThrow(
      new RegExp(
        `volume "main" \\(${path}\\): cannot open: .*mount its disk, or create the directory where the volume is new`,
      ),
    );
  });

  test('a path that is a file', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'file');
    writeFileSync(path, '');
    await expect(openDirectoryVolume({ id: 1, name: 'main', path })).rejects.toThrow(
      `volume "main" (${path}): cannot open: it is not a directory`,
    );
  });

  test('a path that cannot be written', async () => {
    // Nobody, whatever his rights, can make files here.
    await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: '/proc' });
    for (const attempt of [
      () => volume.check(),
      () => openPack(volume, crypto.randomUUID()),
      () => volume.putPack(crypto.randomUUID(), [Buffer.from('x')], 1),
    ]) {
      await expect(attempt()).rejects.toThrow(VolumeError);
      await expect(attempt()).rejects.toThrow('volume "main" (/proc)');
    }
  });
});

test('a large body is pulled no faster than it is written', async () => {
  using directory = temporaryDirectory();
  await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
  const packId = crypto.randomUUID();
  const piece = Buffer.alloc(100_000, 'x');
  const pieces = 300;
  let furthest = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (let pulled = 0; pulled < pieces; pulled++) {
      const written = statSync(fileOf(directory.path, packId)).size;
      furthest = Math.max(furthest, pulled * piece.length - written);
      yield piece;
    }
  }
  await volume.putPack(packId, source(), pieces * piece.length);
  expect(furthest).toBeLessThan(MiB + piece.length);
});

test('nothing is left of a pack whose source failed', async () => {
  using directory = temporaryDirectory();
  await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
  const packId = crypto.randomUUID();
  await expect(volume.putPack(packId, [Buffer.from('x')], 2)).rejects.toThrow(VolumeError);
  expect(await volume.packSize(packId)).toBeNull();
});

test('foreign files in the directory are no packs', async () => {
  using directory = temporaryDirectory();
  await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
  mkdirSync(join(directory.path, 'lost+found'));
  mkdirSync(join(directory.path, 'ab'));
  writeFileSync(join(directory.path, 'ab', 'notes.txt'), 'x');
  writeFileSync(join(directory.path, 'ab', 'x.pack'), 'x');
  const found: string[] = [];
  for await (const { packId } of volume.listPacks()) found.push(packId);
  expect(found).toEqual([]);
});

test('the free bytes of the disk are known', async () => {
  using directory = temporaryDirectory();
  await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
  expect(await volume.freeBytes()).toBeGreaterThan(0);
});

test('a pack that was taken away is missing although it was open for reading', async () => {
  using directory = temporaryDirectory();
  await using volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
  const packId = crypto.randomUUID();
  await volume.putPack(packId, [Buffer.from('x')], 1);
  await volume.read(packId, 0, 1);
  await volume.removePack(packId);
  await expect(volume.read(packId, 0, 1)).rejects.toThrow(PackMissing);
});

describe('the descriptor cache', () => {
  test('holds no more descriptors than its limit, and those in use as long as they are used', async () => {
    using directory = temporaryDirectory();
    const paths = Array.from({ length: 10 }, (_, index) => join(directory.path, `${index}`));
    for (const path of paths) writeFileSync(path, path);
    const before = openFiles();
    await using cache = new DescriptorCache(3);
    await cache.use(paths[0] ?? '', async (held) => {
      for (const path of paths) await cache.use(path, async () => {});
      expect(cache.size).toBeLessThanOrEqual(3);
      expect(statSync(`/proc/self/fd/${held}`).size).toBeGreaterThan(0);
    });
    await cache[Symbol.asyncDispose]();
    expect(openFiles()).toBe(before);
  });

  test('a path that failed to open is tried again', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'later');
    await using cache = new DescriptorCache();
    await expect(cache.use(path, async () => {})).rejects.toThrow('ENOENT');
    writeFileSync(path, 'here');
    await cache.use(path, async () => {});
  });

  test('a descriptor is given up when its file is forgotten, after its last use', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'file');
    writeFileSync(path, 'old');
    await using cache = new DescriptorCache();
    await cache.use(path, async (old) => {
      renameSync(path, join(directory.path, 'gone'));
      writeFileSync(path, 'newer');
      cache.forget(path);
      expect(statSync(`/proc/self/fd/${old}`).size).toBe(3);
    });
    await cache.use(path, async (descriptor) => {
      expect(statSync(`/proc/self/fd/${descriptor}`).size).toBe(5);
    });
  });
});
