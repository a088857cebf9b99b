// What every kind of volume must do, whatever lies behind it: run for a directory, a fake S3 store and a real one.
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PackMissing, type Volume, VolumeError } from './volume.ts';

export interface OpenedVolume extends AsyncDisposable {
  volume: Volume;
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(10);
  throw new Error('the spool file is gone');
}

async function idsOn(volume: Volume): Promise<string[]> {
  const ids: string[] = [];
  for await (const { packId } of volume.listPacks()) ids.push(packId);
  return ids;
}

/** `open` gives a new, empty volume. */
export function describeVolume(kind: string, open: () => Promise<OpenedVolume>): void {
  describe(`a volume of kind ${kind}`, () => {
    contract(open);
  });
}

function contract(open: () => Promise<OpenedVolume>): void {
  test('gives back exactly the bytes of any range of a pack', async () => {
    await using opened = await open();
    const { volume } = opened;
    const packId = crypto.randomUUID();
    const bytes = randomBytes(300_000);
    await volume.putPack(packId, [bytes.subarray(0, 10), bytes.subarray(10)], bytes.length);
    expect(await volume.packSize(packId)).toBe(bytes.length);
    for (const [start, end] of [
      [0, 300_000],
      // Not [0, 1): s3rver takes the range 0-0 for the whole object.
      [0, 2],
      [299_999, 300_000],
      [65_535, 65_537],
      [7, 7],
    ] as const) {
      expect(await volume.read(packId, start, end)).toEqual(bytes.subarray(start, end));
    }
  });

  test('stores a pack that arrives as a stream', async () => {
    await using opened = await open();
    const { volume } = opened;
    const packId = crypto.randomUUID();
    const bytes = randomBytes(5_000_001);
    await volume.putPack(packId, inPieces(bytes, 65_536), bytes.length);
    const stored = await volume.read(packId, 0, bytes.length);
    expect(createHash('sha256').update(stored).digest()).toEqual(createHash('sha256').update(bytes).digest());
  });

  test.each([
    { what: 'ends early', announced: 100_001 },
    { what: 'is longer than announced', announced: 99_999 },
  ])('refuses a stream that $what and keeps nothing of it', async ({ announced }) => {
    await using opened = await open();
    const { volume } = opened;
    const packId = crypto.randomUUID();
    const storing = volume.putPack(packId, inPieces(randomBytes(100_000), 10_000), announced);
    await expect(storing).rejects.toThrow(VolumeError);
    await expect(storing).rejects.toThrow(`100000 bytes where ${announced} were announced`);
    expect(await volume.packSize(packId)).toBeNull();
  });

  test('refuses a stream whose source fails and keeps nothing of it', async () => {
    await using opened = await open();
    const { volume } = opened;
    const packId = crypto.randomUUID();
    await expect(volume.putPack(packId, failing(), 20)).rejects.toThrow('the spool file is gone');
    expect(await volume.packSize(packId)).toBeNull();
  });

  test('tells a missing pack apart from every other failure', async () => {
    await using opened = await open();
    const { volume } = opened;
    const packId = crypto.randomUUID();
    await expect(volume.read(packId, 0, 10)).rejects.toThrow(PackMissing);
    expect(await volume.packSize(packId)).toBeNull();
  });

  test('a range behind the end of a pack is an error, not fewer bytes', async () => {
    await using opened = await open();
    const { volume } = opened;
    const packId = crypto.randomUUID();
    await volume.putPack(packId, [Buffer.alloc(100)], 100);
    await expect(volume.read(packId, 50, 101)).rejects.toThrow(VolumeError);
    await expect(volume.read(packId, 200, 201)).rejects.toThrow(VolumeError);
  });

  test('lists its packs and forgets those that were removed; removing twice is harmless', async () => {
    await using opened = await open();
    const { volume } = opened;
    const ids = Array.from({ length: 5 }, () => crypto.randomUUID());
    for (const packId of ids) await volume.putPack(packId, [Buffer.from('x')], 1);
    expect((await idsOn(volume)).toSorted()).toEqual(ids.toSorted());
    await volume.removePack(ids[0] ?? '');
    await volume.removePack(ids[0] ?? '');
    expect((await idsOn(volume)).toSorted()).toEqual(ids.slice(1).toSorted());
    await expect(volume.read(ids[0] ?? '', 0, 1)).rejects.toThrow(PackMissing);
  });

  test('takes no id that could lead to another path', async () => {
    await using opened = await open();
    const { volume } = opened;
    for (const packId of ['../../etc/passwd', '', 'a/b', 'C0FFEE00-0000-4000-8000-000000000000']) {
      await expect((async () => volume.read(packId, 0, 1))()).rejects.toThrow(TypeError);
    }
  });

  test('check leaves nothing behind', async () => {
    await using opened = await open();
    const { volume } = opened;
    await volume.check();
    expect(await idsOn(volume)).toEqual([]);
  });
}
