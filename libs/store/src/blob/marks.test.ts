// Whose a volume is: the mark, when it is written, and that nothing is taken from or put on a volume without it.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@pochtar/runtime';
import { createTestDatabase, type TestDatabase, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { openDirectoryVolume } from './directory-volume.ts';
import { type FakeS3, startFakeS3 } from './fake-s3.ts';
import { BlobWriteError, openBlobStore } from './index.ts';
import { MARK_NAME, VolumeError } from './volume.ts';
import { Volumes } from './volumes.ts';

let database: TestDatabase;
let owner: Database;
let smtp: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = openDatabase({ url: database.url(), password: database.password });
  smtp = openDatabase({ url: database.url('smtp'), password: database.password });
});

afterAll(async () => {
  for (const db of [owner, smtp]) await db[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await owner.query({ text: 'truncate store.volume, store.pack, store.content' });
});

async function addVolume(kind: 'directory' | 's3', config: object): Promise<number> {
  const [row] = await owner.query<{ id: number }>({
    text: 'insert into store.volume (name, kind, config) values ($1, $1, $2) returning id',
    values: [kind, config],
  });
  return row?.id ?? 0;
}

const markIn = (path: string): unknown => JSON.parse(readFileSync(join(path, MARK_NAME), 'utf8'));

/** A pack that the database knows, as an installation that is older than marks has it. */
async function oldPack(volumeId: number, path: string | null): Promise<void> {
  const id = crypto.randomUUID();
  await owner.query({
    text: 'insert into store.pack (id, volume_id, writer, sealed) values ($1, $2, $3, true)',
    values: [id, volumeId, crypto.randomUUID()],
  });
  if (path === null) return;
  await using volume = await openDirectoryVolume({ id: volumeId, name: 'raw', path });
  await volume.putPack(id, [Buffer.from('body')], 4);
}

async function opening(): Promise<unknown> {
  await using volumes = new Volumes({ db: smtp });
  return volumes.current().then(
    () => null,
    (error: unknown) => error,
  );
}

describe('a volume without a mark', () => {
  test('gets one when it is new, by whoever opens it first, and that is remembered', async () => {
    using directory = temporaryDirectory();
    const id = await addVolume('directory', { path: directory.path });
    expect(await opening()).toBeNull();
    const [installation] = await owner.query<{ id: string }>({ text: 'select id from store.installation' });
    expect(markIn(directory.path)).toEqual({ installation: installation?.id, volume: id });
    const marked = await owner.query({ text: 'select 1 from store.volume where marked_at is not null' });
    expect(marked).toHaveLength(1);
  });

  test('gets one when it is older than marks and holds the packs that the database knows', async () => {
    using directory = temporaryDirectory();
    const id = await addVolume('directory', { path: directory.path });
    for (let index = 0; index < 3; index++) await oldPack(id, directory.path);
    await oldPack(id, null);
    expect(await opening()).toBeNull();
    expect(markIn(directory.path)).toMatchObject({ volume: id });
  });

  test('gets none where those packs are not: its disk is not mounted', async () => {
    using directory = temporaryDirectory();
    const id = await addVolume('directory', { path: directory.path });
    for (let index = 0; index < 3; index++) await oldPack(id, null);
    expect(await opening()).toMatchObject({ message: expect.stringContaining('mount its disk') as string });
    expect(readdirSync(directory.path)).toEqual([]);
  });

  test('gets none where it holds packs of somebody else', async () => {
    using directory = temporaryDirectory();
    const id = await addVolume('directory', { path: directory.path });
    await oldPack(id, directory.path);
    await owner.query({ text: 'truncate store.pack' });
    expect(await opening()).toMatchObject({
      message: expect.stringContaining('packs that the database does not know') as string,
    });
  });

  test('is not used any more once it had one', async () => {
    using directory = temporaryDirectory();
    await addVolume('directory', { path: directory.path });
    expect(await opening()).toBeNull();
    rmSync(join(directory.path, MARK_NAME));
    expect(await opening()).toBeInstanceOf(VolumeError);
    expect(readdirSync(directory.path)).toEqual([]);
  });
});

test("a volume with another's mark is refused, whatever is on it", async () => {
  using directory = temporaryDirectory();
  const id = await addVolume('directory', { path: directory.path });
  const other = { installation: crypto.randomUUID(), volume: id };
  writeFileSync(join(directory.path, MARK_NAME), JSON.stringify(other));
  expect(await opening()).toMatchObject({ message: expect.stringContaining(other.installation) as string });
  expect(markIn(directory.path)).toEqual(other);
});

describe('a disk that goes away under a process that has it open', () => {
  test('takes no new pack, misses none, loses no row, and is used again when it is back', async () => {
    using directory = temporaryDirectory();
    const [path, away] = [join(directory.path, 'mail'), join(directory.path, 'away')];
    mkdirSync(path);
    await addVolume('directory', { path });
    const instance = crypto.randomUUID();
    await using store = await openBlobStore({ db: smtp, instance, log: silentLogger() });
    const reference = await store.put(crypto.randomUUID(), Buffer.from('a body'));
    const packs = await owner.query({ text: 'select id from store.pack' });
    const volume = await store.volumes.current();
    store.rotate();
    renameSync(path, away);
    mkdirSync(path);

    await expect(store.put(crypto.randomUUID(), Buffer.from('another'))).rejects.toThrow(BlobWriteError);
    await expect(store.put(crypto.randomUUID(), Buffer.alloc(2_000_000))).rejects.toThrow(BlobWriteError);
    await expect(store.look()).rejects.toThrow('its mark is not there');
    // Not PackMissing: whoever waits for the disk finds the pack again.
    await expect(volume.read(crypto.randomUUID(), 0, 1)).rejects.toThrow(VolumeError);
    await expect(volume.packSize(reference.packId)).rejects.toThrow(VolumeError);
    await expect(volume.removePack(reference.packId)).rejects.toThrow(VolumeError);
    expect(readdirSync(path)).toEqual([]);
    expect(await owner.query({ text: 'select id from store.pack' })).toEqual(packs);

    rmSync(path, { recursive: true });
    renameSync(away, path);
    await store.look();
    const again = await store.put(crypto.randomUUID(), Buffer.from('another'));
    expect(await store.read(again)).toEqual(Buffer.from('another'));
    expect(await store.read(reference)).toEqual(Buffer.from('a body'));
  });

  test('the mark is looked at once a pack, not once a mail', async () => {
    using directory = temporaryDirectory();
    await addVolume('directory', { path: directory.path });
    const instance = crypto.randomUUID();
    await using store = await openBlobStore({ db: smtp, instance, log: silentLogger() });
    await store.put(crypto.randomUUID(), Buffer.from('first'));
    rmSync(join(directory.path, MARK_NAME));
    // Into the pack that is open on the right disk.
    await store.put(crypto.randomUUID(), Buffer.from('second'));
    store.rotate();
    await expect(store.put(crypto.randomUUID(), Buffer.from('third'))).rejects.toThrow(BlobWriteError);
  });
});

describe('a bucket', () => {
  async function withBucket(work: (store: FakeS3, db: Volumes) => Promise<void>): Promise<void> {
    using directory = temporaryDirectory();
    await using store = await startFakeS3(directory.path);
    const { endpoint, port, bucket, accessKey, secretKey } = store;
    await addVolume('s3', { endpoint, port, bucket, accessKey, useSsl: false });
    await using volumes = new Volumes({ db: smtp, secretFor: () => Promise.resolve(secretKey) });
    await work(store, volumes);
  }

  test('carries the mark as an object, and it is not asked for with every flush', async () => {
    await withBucket(async (store, volumes) => {
      const volume = await volumes.current();
      expect(await volume.readMark()).toMatchObject({ volume: volume.id });
      const before = store.requests.length;
      for (let index = 0; index < 3; index++) {
        await volume.putPack(crypto.randomUUID(), [Buffer.from('x')], 1);
      }
      expect(store.requests.slice(before).filter((request) => request.includes(MARK_NAME))).toEqual([]);
    });
  });

  test("with another installation's mark is refused", async () => {
    await withBucket(async (store, volumes) => {
      const volume = await volumes.current();
      await volume.writeMark({ installation: crypto.randomUUID(), volume: volume.id });
      await using again = new Volumes({ db: smtp, secretFor: () => Promise.resolve(store.secretKey) });
      await expect(again.current()).rejects.toThrow('which is another one');
    });
  });
});
