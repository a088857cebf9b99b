// Volumes as rows: what changes there reaches a running process.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, eventually, type TestDatabase, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase, type Queryable } from '../db.ts';
import { startFakeS3 } from './fake-s3.ts';
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
  await owner.query({ text: 'truncate store.volume, store.pack' });
});

async function addDirectory(name: string, path: string): Promise<number> {
  const [row] = await owner.query<{ id: number }>({
    text: `insert into store.volume (name, kind, config) values ($1, 'directory', $2) returning id`,
    values: [name, { path }],
  });
  return row?.id ?? 0;
}

test('one volume is opened once, whoever asks', async () => {
  using directory = temporaryDirectory();
  const id = await addDirectory('main', directory.path);
  await using volumes = new Volumes({ db: smtp });
  const [one, two] = await Promise.all([volumes.current(), volumes.byId(id)]);
  expect(one).toBe(two);
});

test('a changed path reaches a running process', async () => {
  using first = temporaryDirectory();
  using second = temporaryDirectory();
  const id = await addDirectory('main', first.path);
  await using volumes = new Volumes({ db: smtp, readAgainMs: 0 });
  const before = await volumes.current();
  // Its contents have moved, and the mark with them.
  copyFileSync(join(first.path, MARK_NAME), join(second.path, MARK_NAME));
  await owner.query({
    text: 'update store.volume set config = $2 where id = $1',
    values: [id, { path: second.path }],
  });
  const after = await eventually(async () => {
    const volume = await volumes.current();
    return volume === before ? false : volume;
  });
  const packId = crypto.randomUUID();
  if (!after) throw new Error('there is a volume');
  await after.putPack(packId, [Buffer.from('x')], 1);
  // The volume that was replaced serves those who still read from it.
  expect(await before.packSize(packId)).toBeNull();
  expect(await after.packSize(packId)).toBe(1);
});

test('a volume that was added a moment ago is found', async () => {
  using first = temporaryDirectory();
  using second = temporaryDirectory();
  await addDirectory('first', first.path);
  await using volumes = new Volumes({ db: smtp });
  await volumes.current();
  const id = await addDirectory('second', second.path);
  expect((await volumes.byId(id)).name).toBe('second');
});

test('a choice that is read live moves the current volume', async () => {
  using first = temporaryDirectory();
  using second = temporaryDirectory();
  const ids = [await addDirectory('first', first.path), await addDirectory('second', second.path)];
  let chosen = ids[0];
  await using volumes = new Volumes({ db: smtp, volumeId: () => chosen });
  expect((await volumes.current()).name).toBe('first');
  chosen = ids[1];
  expect((await volumes.current()).name).toBe('second');
});

test('a volume that could not be opened is tried again', async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/later`;
  await addDirectory('main', path);
  await using volumes = new Volumes({ db: smtp });
  await expect(volumes.current()).rejects.toThrow(VolumeError);
  mkdirSync(path);
  expect((await volumes.current()).name).toBe('main');
});

test('while Postgres is away the volumes in hand serve on', async () => {
  using directory = temporaryDirectory();
  await addDirectory('main', directory.path);
  let away = false;
  const db: Queryable = {
    query: (statement) => (away ? Promise.reject(new Error('Postgres is away')) : smtp.query(statement)),
  };
  await using volumes = new Volumes({ db, readAgainMs: 0 });
  const volume = await volumes.current();
  away = true;
  for (let index = 0; index < 3; index++) expect(await volumes.current()).toBe(volume);
});

test('an S3 volume is opened with its secret, which is asked for by its id', async () => {
  using directory = temporaryDirectory();
  await using store = await startFakeS3(directory.path);
  const { endpoint, port, bucket, accessKey } = store;
  const [row] = await owner.query<{ id: number }>({
    text: `insert into store.volume (name, kind, config) values ('bucket', 's3', $1) returning id`,
    values: [{ endpoint, port, bucket, accessKey, useSsl: false }],
  });
  const asked: number[] = [];
  const secretFor = (id: number): Promise<string> => {
    asked.push(id);
    return Promise.resolve(store.secretKey);
  };
  await using volumes = new Volumes({ db: smtp, secretFor });
  await (await volumes.current()).check();
  expect(asked).toEqual([row?.id]);
  await using without = new Volumes({ db: smtp });
  await expect(without.current()).rejects.toThrow('volume "bucket": this process was not given the key');
});

test('a new secret key reaches a running process', async () => {
  using directory = temporaryDirectory();
  await using store = await startFakeS3(directory.path);
  const { endpoint, port, bucket, accessKey } = store;
  await owner.query({
    text: `insert into store.volume (name, kind, config) values ('bucket', 's3', $1)`,
    values: [{ endpoint, port, bucket, accessKey, useSsl: false }],
  });
  let secretKey = store.secretKey;
  await using volumes = new Volumes({
    db: smtp,
    secretFor: () => Promise.resolve(secretKey),
    readAgainMs: 0,
  });
  const before = await volumes.current();
  expect(await volumes.current()).toBe(before);
  secretKey = 'another';
  await eventually(async () => (await volumes.current()) !== before);
});
