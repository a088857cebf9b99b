// The store as its users see it: real Postgres with the programs' own roles, real volumes.
import { createHash, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { silentLogger } from '@pochtar/runtime';
import { createTestDatabase, type TestDatabase, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase, type Statement } from '../db.ts';
import { openDirectoryVolume } from './directory-volume.ts';
import { startFakeS3 } from './fake-s3.ts';
import {
  BlobMissing,
  type BlobReference,
  type BlobStore,
  BlobWriteError,
  type Flush,
  findOrphanPacks,
  MAX_READ_BYTES,
  openBlobStore,
  partOf,
  sealOrphanPack,
  type Volume,
  type VolumeSource,
  verifyPack,
} from './index.ts';
import { watchedVolume } from './watched-volume.ts';

const MiB = 1024 * 1024;
let database: TestDatabase;
let owner: Database;
let smtp: Database;
let tasks: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  const open = (role?: string): Database =>
    openDatabase({ url: database.url(role), password: database.password });
  [owner, smtp, tasks] = [open(), open('smtp'), open('tasks')];
});

afterAll(async () => {
  for (const db of [owner, smtp, tasks]) await db[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await owner.query({ text: 'truncate store.volume, store.pack, store.content' });
});

async function addVolume(name: string, kind: 'directory' | 's3', config: object): Promise<number> {
  const [row] = await owner.query<{ id: number }>({
    text: 'insert into store.volume (name, kind, config) values ($1, $2, $3) returning id',
    values: [name, kind, config],
  });
  return row?.id ?? 0;
}

function openStore(db: Pick<Database, 'query'> = smtp, more: { volumeId?: number } = {}): Promise<BlobStore> {
  return openBlobStore({
    db,
    instance: crypto.randomUUID(),
    log: silentLogger(),
    secretFor: () => Promise.resolve('S3RVER'),
    ...more,
  });
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

function onlyVolume(volume: Volume): VolumeSource {
  return {
    current: () => Promise.resolve(volume),
    byId: () => Promise.resolve(volume),
    look: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** smtp's connection, counting how often the place of a pack is looked up. */
function countingLookUps(): { db: Pick<Database, 'query'>; count: () => number } {
  let lookUps = 0;
  const query = <Row>(statement: Statement): Promise<Row[]> => {
    if (statement.name === 'blob-volumes-of-packs') lookUps++;
    return smtp.query<Row>(statement);
  };
  return { db: { query }, count: () => lookUps };
}

describe.each(['directory', 's3'] as const)('on a volume of kind %s', (kind) => {
  async function withStore(work: (store: BlobStore) => Promise<void>): Promise<void> {
    using directory = temporaryDirectory();
    await using fake = await startFakeS3(directory.path);
    const { endpoint, port, bucket, accessKey } = fake;
    const s3 = { endpoint, port, bucket, accessKey, useSsl: false, region: 'us-east-1' };
    await addVolume('main', kind, kind === 's3' ? s3 : { path: directory.path });
    await using store = await openStore();
    await work(store);
  }

  test('bodies are read back whole, by range, as streams and together', () =>
    withStore(async (store) => {
      const bodies = [100, 0, 70_000, MiB, 4096].map((size) => randomBytes(size));
      const references = await Promise.all(
        bodies.map((body) => store.put(crypto.randomUUID(), body, sha256(body))),
      );
      for (const [index, reference] of references.entries()) {
        const body = bodies[index] as Buffer;
        expect((await store.read(reference)).equals(body)).toBe(true);
        expect((await collect(store.readStream(reference))).equals(body)).toBe(true);
        const range = { start: Math.floor(body.length / 3), end: Math.floor(body.length / 2) };
        expect((await store.read(reference, range)).equals(body.subarray(range.start, range.end))).toBe(true);
        expect(
          (await collect(store.readStream(reference, range))).equals(body.subarray(range.start, range.end)),
        ).toBe(true);
      }
      const wanted = [
        ...references,
        ...references.toReversed(),
        partOf(references[2] as BlobReference, { start: 5, end: 9 }),
      ];
      const expected = [...bodies, ...bodies.toReversed(), (bodies[2] as Buffer).subarray(5, 9)];
      let index = 0;
      for await (const bytes of store.readMany(wanted)) {
        expect(bytes.equals(expected[index++] as Buffer)).toBe(true);
      }
      expect(index).toBe(wanted.length);
    }));

  test('a body over 1 MiB has a pack of its own, streamed or not', () =>
    withStore(async (store) => {
      const small = await store.put(crypto.randomUUID(), Buffer.from('small'));
      const body = randomBytes(9 * MiB + 17);
      const streamed = await store.putStream(
        crypto.randomUUID(),
        inPieces(body, 65_536),
        body.length,
        sha256(body),
      );
      const large = await store.put(crypto.randomUUID(), [body.subarray(0, MiB), body.subarray(MiB)]);
      expect(new Set([small, streamed, large].map(({ packId }) => packId)).size).toBe(3);
      for (const reference of [streamed, large]) {
        expect((await collect(store.readStream(reference))).equals(body)).toBe(true);
        const volume = await store.volumes.current();
        expect(await verifyPack(volume, reference.packId)).toMatchObject({ records: 1, damaged: [] });
        const [row] = await owner.query({
          text: 'select sealed, size, checksum from store.pack where id = $1',
          values: [reference.packId],
        });
        const { checksum } = await verifyPack(volume, reference.packId);
        expect(row).toEqual({ sealed: true, size: await volume.packSize(reference.packId), checksum });
      }
    }));

  test('a stream that is not as long as announced is refused', () =>
    withStore(async (store) => {
      const body = randomBytes(2 * MiB);
      for (const length of [body.length - 1, body.length + 1]) {
        const put = store.putStream(crypto.randomUUID(), inPieces(body, 100_000), length, sha256(body));
        await expect(put).rejects.toThrow(BlobWriteError);
      }
    }));

  test('a reference into a pack that is nowhere is a missing body', () =>
    withStore(async (store) => {
      const { packId } = await store.put(crypto.randomUUID(), Buffer.from('x'));
      await (await store.volumes.current()).removePack(packId);
      await expect(store.read({ packId, offset: 68, length: 1 })).rejects.toThrow(BlobMissing);
      const nowhere = { packId: crypto.randomUUID(), offset: 68, length: 1 };
      await expect(store.read(nowhere)).rejects.toThrow(BlobMissing);
      await expect(collect(store.readStream(nowhere))).rejects.toThrow(BlobMissing);
      await expect(collect(store.readMany([nowhere]))).rejects.toThrow(BlobMissing);
    }));
});

test('a pack that was moved is found by reading its row once more', async () => {
  using here = temporaryDirectory();
  using there = temporaryDirectory();
  await addVolume('here', 'directory', { path: here.path });
  const target = await addVolume('there', 'directory', { path: there.path });
  const { db, count } = countingLookUps();
  await using store = await openStore(db);
  const body = randomBytes(600_000);
  const reference = await store.put(crypto.randomUUID(), body);
  const { packId } = reference;
  await store.read(reference);
  expect(count()).toBe(0);
  const [from, to] = [await store.volumes.current(), await store.volumes.byId(target)];
  const size = (await verifyPack(from, packId)).end;
  await to.putPack(packId, [await from.read(packId, 0, size)], size);
  await owner.query({ text: 'update store.pack set volume_id = $1 where id = $2', values: [target, packId] });
  await from.removePack(packId);
  expect((await store.read(reference)).equals(body)).toBe(true);
  expect(count()).toBe(1);
  await store.read(reference);
  expect((await collect(store.readStream(reference))).equals(body)).toBe(true);
  expect(count()).toBe(1);
});

test('a pack that is missing in both places is looked up once more, not for ever', async () => {
  using directory = temporaryDirectory();
  await addVolume('main', 'directory', { path: directory.path });
  const { db, count } = countingLookUps();
  await using store = await openStore(db);
  const reference = await store.put(crypto.randomUUID(), Buffer.from('x'));
  await (await store.volumes.current()).removePack(reference.packId);
  await expect(store.read(reference)).rejects.toThrow(BlobMissing);
  expect(count()).toBe(1);
});

test('ranges outside of a body and reads without measure are refused', async () => {
  using directory = temporaryDirectory();
  await addVolume('main', 'directory', { path: directory.path });
  await using store = await openStore();
  const reference = await store.put(crypto.randomUUID(), Buffer.from('12345'));
  for (const range of [
    { start: -1, end: 2 },
    { start: 3, end: 2 },
    { start: 0, end: 6 },
  ]) {
    await expect(store.read(reference, range)).rejects.toThrow(RangeError);
  }
  await expect(store.read({ ...reference, length: MAX_READ_BYTES + 1 })).rejects.toThrow('stream them');
});

test('readMany stops where its reader stops, and passes a failure on in its place', async () => {
  using directory = temporaryDirectory();
  await addVolume('main', 'directory', { path: directory.path });
  await using store = await openStore();
  const good = await store.put(crypto.randomUUID(), Buffer.from('good'));
  const bad = { packId: crypto.randomUUID(), offset: 68, length: 4 };
  const got: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const bytes of store.readMany([good, bad, good])) got.push(bytes.toString());
  };
  await expect(reading()).rejects.toThrow(BlobMissing);
  expect(got).toEqual(['good']);
  for await (const bytes of store.readMany([good, bad])) {
    expect(bytes.toString()).toBe('good');
    break;
  }
});

test('a reader that takes its time holds one piece of a large body: the next is read when it is asked for', async () => {
  using directory = temporaryDirectory();
  const id = await addVolume('main', 'directory', { path: directory.path });
  const reads: number[] = [];
  await using disk = await openDirectoryVolume({ id, name: 'main', path: directory.path });
  const volumes = onlyVolume(watchedVolume(disk, { beforeRead: (start, end) => reads.push(end - start) }));
  await using store = await openBlobStore({
    db: smtp,
    instance: crypto.randomUUID(),
    log: silentLogger(),
    volumes,
  });
  const body = randomBytes(4 * MiB);
  const reference = await store.putStream(
    crypto.randomUUID(),
    inPieces(body, MiB),
    body.length,
    sha256(body),
  );
  let pieces = 0;
  for await (const piece of store.readStream(reference)) {
    pieces++;
    expect(piece.length).toBe(256 * 1024);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).toHaveLength(pieces);
  }
  expect(pieces).toBe(16);
});

test('bodies of neighbours are read together, within bounds', async () => {
  using directory = temporaryDirectory();
  const id = await addVolume('main', 'directory', { path: directory.path });
  const reads: number[] = [];
  await using disk = await openDirectoryVolume({ id, name: 'main', path: directory.path });
  const volumes = onlyVolume(watchedVolume(disk, { beforeRead: (start, end) => reads.push(end - start) }));
  await using store = await openBlobStore({
    db: smtp,
    instance: crypto.randomUUID(),
    log: silentLogger(),
    volumes,
  });
  const bodies = Array.from({ length: 600 }, () => randomBytes(4096));
  const references = await Promise.all(bodies.map((body) => store.put(crypto.randomUUID(), body)));
  let index = 0;
  for await (const bytes of store.readMany(references))
    expect(bytes.equals(bodies[index++] as Buffer)).toBe(true);
  expect(index).toBe(600);
  expect(reads.length).toBeLessThan(6);
  expect(Math.max(...reads)).toBeLessThanOrEqual(MiB);
});

test('every flush is reported, with its bodies and bytes', async () => {
  using directory = temporaryDirectory();
  await addVolume('main', 'directory', { path: directory.path });
  const flushes: Flush[] = [];
  const onFlush = (flush: Flush): number => flushes.push(flush);
  await using store = await openBlobStore({
    db: smtp,
    instance: crypto.randomUUID(),
    log: silentLogger(),
    onFlush,
  });
  await Promise.all([10, 20, 30].map((size) => store.put(crypto.randomUUID(), randomBytes(size))));
  expect(flushes).toEqual([{ bodies: 3, bytes: 60, took: expect.any(Number) }]);
});

describe('the current volume', () => {
  test('is the one that is named, else the one with the lowest id', async () => {
    using first = temporaryDirectory();
    using second = temporaryDirectory();
    const ids = [
      await addVolume('first', 'directory', { path: first.path }),
      await addVolume('second', 'directory', { path: second.path }),
    ];
    for (const [volumeId, expected] of [
      [undefined, ids[0]],
      [ids[1], ids[1]],
    ] as const) {
      await using store = await openStore(smtp, volumeId === undefined ? {} : { volumeId });
      const { packId } = await store.put(crypto.randomUUID(), Buffer.from('x'));
      const [row] = await owner.query({
        text: 'select volume_id from store.pack where id = $1',
        values: [packId],
      });
      expect(row).toEqual({ volume_id: expected });
    }
  });

  test('that is not there, or is described wrongly, is an error that says what to do', async () => {
    await using none = await openStore();
    await expect(none.put(crypto.randomUUID(), Buffer.from('x'))).rejects.toThrow(
      'there is no storage volume: add',
    );
    const id = await addVolume('main', 'directory', { path: 'relative' });
    await using wrong = await openStore();
    await expect(wrong.check()).rejects.toThrow('volume "main": config.path: path must be absolute');
    await using unknown = await openStore(smtp, { volumeId: id + 1 });
    await expect(unknown.check()).rejects.toThrow(
      `there is no storage volume ${id + 1}: choose one that exists`,
    );
    await owner.query({ text: 'update store.volume set config = $1', values: [{ path: '/nowhere/at/all' }] });
    await using missing = await openStore();
    await expect(missing.put(crypto.randomUUID(), Buffer.from('x'))).rejects.toThrow(
      'volume "main" (/nowhere/at/all): cannot open: ENOENT',
    );
  });

  test('is checked and measured', async () => {
    using directory = temporaryDirectory();
    await addVolume('main', 'directory', { path: directory.path });
    await using store = await openStore();
    await store.check();
    expect(await store.freeBytes()).toBeGreaterThan(0);
  });
});

test('kill -9 in the middle of writing: every put that was resolved is readable, and its pack can be sealed', async () => {
  using directory = temporaryDirectory();
  await addVolume('main', 'directory', { path: directory.path });
  const child = spawn(process.execPath, [new URL('put-until-killed.ts', import.meta.url).pathname], {
    env: { ...process.env, URL: database.url('smtp'), PASSWORD: database.password },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const resolved: (BlobReference & { sha256: string })[] = [];
  for await (const line of createInterface(child.stdout)) {
    // The kill may cut the last line short.
    if (line.endsWith('}')) resolved.push(JSON.parse(line));
    if (resolved.length === 2000) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  await using store = await openStore(tasks);
  for (const { sha256: hash, ...reference } of resolved) {
    expect(sha256(await store.read(reference)).toString('hex')).toBe(hash);
  }
  const orphans = await findOrphanPacks({
    db: tasks,
    now: new Date(Date.now() + 3_600_000),
    liveWriters: [],
  });
  expect(new Set(orphans)).toEqual(new Set(resolved.map(({ packId }) => packId)));
  for (const packId of orphans) {
    const outcome = await sealOrphanPack(tasks, store.volumes, packId);
    expect(outcome).toMatchObject({ kind: 'sealed', damaged: 0 });
    expect(await sealOrphanPack(tasks, store.volumes, packId)).toEqual({ kind: 'not open' });
  }
  for (const { sha256: hash, ...reference } of resolved) {
    expect(sha256(await store.read(reference)).toString('hex')).toBe(hash);
  }
});
