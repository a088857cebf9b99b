// An S3 volume on a real store that is not ours: OpenStack Swift. It checks signatures, answers HEAD without a body,
// stops reading what it refuses and lists in pages, none of which the fake does.
import { createHash, randomBytes } from 'node:crypto';
import { silentLogger } from '@pochtar/runtime';
import { createTestDatabase, ensureSwift } from '@pochtar/testkit';
import { Client } from 'minio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../db.ts';
import { type BlobReference, type BlobStore, BlobWriteError, openBlobStore, verifyPack } from './index.ts';
import { openS3Volume, type S3VolumeOptions } from './s3-volume.ts';
import { type Volume, VolumeError } from './volume.ts';
import { describeVolume, type OpenedVolume } from './volume-contract.ts';

const MiB = 1024 * 1024;
let swift: Awaited<ReturnType<typeof ensureSwift>>;
let client: Client;

// Time for the first run of a machine, which fetches Swift.
beforeAll(async () => {
  swift = await ensureSwift();
  const { endpoint: endPoint, port, region, accessKey, secretKey } = swift;
  client = new Client({ endPoint, port, useSSL: false, region, accessKey, secretKey });
}, 180_000);

afterAll(async () => {
  await swift[Symbol.asyncDispose]();
});

async function newBucket(): Promise<string> {
  const bucket = `bodies-${crypto.randomUUID()}`;
  await client.makeBucket(bucket);
  return bucket;
}

function optionsFor(bucket: string): S3VolumeOptions {
  const { endpoint, port, region, accessKey, secretKey } = swift;
  return { id: 2, name: 'swift', endpoint, port, useSsl: false, bucket, region, accessKey, secretKey };
}

async function swiftVolume(): Promise<OpenedVolume> {
  const volume = await openS3Volume(optionsFor(await newBucket()));
  return { volume, [Symbol.asyncDispose]: () => volume[Symbol.asyncDispose]() };
}

/** `pieces` pieces of one MiB, and the hash of all of them once they were read. */
function source(pieces: number): { body: AsyncIterable<Buffer>; hash: () => string } {
  const hash = createHash('sha256');
  async function* body(): AsyncGenerator<Buffer> {
    for (let given = 0; given < pieces; given++) {
      const piece = randomBytes(MiB);
      hash.update(piece);
      yield piece;
    }
  }
  return { body: body(), hash: () => hash.digest('hex') };
}

async function hashOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* readInPieces(volume: Volume, packId: string, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += volume.readSize)
    yield await volume.read(packId, at, Math.min(length, at + volume.readSize));
}

describeVolume('s3 (OpenStack Swift)', swiftVolume);

describe('what the store refuses is an error that names the volume and the remedy', () => {
  test.each([
    {
      what: 'secret key',
      wrong: { secretKey: 'guessed' },
      remedy: 'check access key, secret key and region',
    },
    { what: 'access key', wrong: { accessKey: 'test:nobody' }, remedy: 'check access key' },
    { what: 'region', wrong: { region: 'eu-west-1' }, remedy: 'check the region' },
  ])('a wrong $what', async ({ wrong, remedy }) => {
    const bucket = await newBucket();
    const opening = openS3Volume({ ...optionsFor(bucket), ...wrong });
    await expect(opening).rejects.toThrow(VolumeError);
    await expect(opening).rejects.toThrow(`volume "swift" (bucket ${bucket} at 127.0.0.1:${swift.port})`);
    await expect(opening).rejects.toThrow(`; ${remedy}`);
  });

  test('a bucket that does not exist', async () => {
    await expect(openS3Volume(optionsFor('no-such-bucket'))).rejects.toThrow(
      /volume "swift" \(bucket no-such-bucket at .*\): cannot open: there is no such bucket; create it/,
    );
  });

  test('a bucket that has gone, at whatever is asked of it', async () => {
    const bucket = await newBucket();
    await using volume = await openS3Volume(optionsFor(bucket));
    await client.removeBucket(bucket);
    const packId = crypto.randomUUID();
    const list = async (): Promise<void> => {
      for await (const pack of volume.listPacks()) expect(pack).toBeUndefined();
    };
    for (const asking of [
      () => volume.putPack(packId, [Buffer.alloc(4 * MiB)], 4 * MiB),
      () => volume.read(packId, 0, 1),
      () => volume.packSize(packId),
      () => volume.removePack(packId),
      () => volume.check(),
      list,
    ]) {
      const asked = asking();
      await expect(asked).rejects.toThrow(VolumeError);
      await expect(asked).rejects.toThrow(/volume "swift" \(bucket .*; create (it|the bucket)/);
    }
  });

  test('a large pack, as soon as the store has answered and not when the connection has fallen silent', async () => {
    const bucket = await newBucket();
    await using volume = await openS3Volume({ ...optionsFor(bucket), silentMs: 20_000 });
    await client.removeBucket(bucket);
    await expect(volume.putPack(crypto.randomUUID(), source(50).body, 50 * MiB)).rejects.toThrow(
      /volume "swift" .* the store answered 404: .*; create the bucket/,
    );
  });
});

test('a single byte is a range, too: the first, the last and one between', async () => {
  await using opened = await swiftVolume();
  const { volume } = opened;
  const packId = crypto.randomUUID();
  const bytes = randomBytes(1000);
  await volume.putPack(packId, [bytes], bytes.length);
  for (const at of [0, 500, 999]) {
    expect(await volume.read(packId, at, at + 1)).toEqual(bytes.subarray(at, at + 1));
  }
});

test('a pack of 50 MiB is stored as one object from a stream and read back in parts', async () => {
  const bucket = await newBucket();
  await using volume = await openS3Volume(optionsFor(bucket));
  const packId = crypto.randomUUID();
  const { body, hash } = source(50);
  await volume.putPack(packId, body, 50 * MiB);
  expect(await volume.packSize(packId)).toBe(50 * MiB);
  expect(await hashOf(readInPieces(volume, packId, 50 * MiB))).toBe(hash());
  const { size, etag } = await client.statObject(bucket, `packs/${packId}`);
  // The hash of an object put in parts has a dash and their number.
  expect({ size, etag }).toEqual({ size: 50 * MiB, etag: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

test('packs are listed over several pages, and what is not a pack is left out', async () => {
  const bucket = await newBucket();
  await using volume = await openS3Volume(optionsFor(bucket));
  const expected = Array.from({ length: 13 }, (_, size) => ({ packId: crypto.randomUUID(), size: size + 1 }));
  await Promise.all(expected.map(({ packId, size }) => volume.putPack(packId, [Buffer.alloc(size)], size)));
  await client.putObject(bucket, 'packs/notes.txt', 'not ours');
  await client.putObject(bucket, 'other', 'not ours');
  const listed = [];
  for await (const pack of volume.listPacks()) listed.push(pack);
  expect(listed.toSorted((a, b) => a.size - b.size)).toEqual(expected);
});

describe('the store of bodies on it', () => {
  async function withStore(secretKey: string, work: (store: BlobStore) => Promise<void>): Promise<void> {
    await using database = await createTestDatabase();
    const open = (role?: string): ReturnType<typeof openDatabase> =>
      openDatabase({ url: database.url(role), password: database.password });
    await using owner = open();
    await using smtp = open('smtp');
    const { endpoint, port, region, accessKey } = swift;
    const config = { endpoint, port, useSsl: false, bucket: await newBucket(), region, accessKey };
    await owner.query({
      text: `insert into store.volume (name, kind, config) values ('swift', 's3', $1)`,
      values: [config],
    });
    const instance = crypto.randomUUID();
    const secretFor = (): Promise<string> => Promise.resolve(secretKey);
    await using store = await openBlobStore({ db: smtp, instance, log: silentLogger(), secretFor });
    await work(store);
  }

  test('keeps small bodies together, a large one by itself, and gives back every byte', () =>
    withStore(swift.secretKey, async (store) => {
      await store.check();
      const bodies = [100, 0, 70_000, MiB, 3 * MiB].map((size) => randomBytes(size));
      const references = await Promise.all(bodies.map((body) => store.put(crypto.randomUUID(), body)));
      for (const [index, reference] of references.entries()) {
        expect((await store.read(reference)).equals(bodies[index] as Buffer)).toBe(true);
      }
      const [, , third] = references as [BlobReference, BlobReference, BlobReference];
      const part = await store.read(third, { start: 60_000, end: 60_007 });
      expect(part).toEqual(bodies[2]?.subarray(60_000, 60_007));
      await expect(store.read(third, { start: 0, end: 70_001 })).rejects.toThrow(RangeError);
      let index = 0;
      for await (const bytes of store.readMany(references)) {
        expect(bytes.equals(bodies[index++] as Buffer)).toBe(true);
      }
      const volume = await store.volumes.current();
      const packs = new Set(references.map(({ packId }) => packId));
      for (const packId of packs) expect((await verifyPack(volume, packId)).damaged).toEqual([]);
    }));

  test('streams a body of 20 MiB in and out again, the whole and a range of it', () =>
    withStore(swift.secretKey, async (store) => {
      const body = randomBytes(20 * MiB + 3);
      const sha256 = createHash('sha256').update(body).digest();
      const stored = await store.putStream(crypto.randomUUID(), inPieces(body, 100_000), body.length, sha256);
      expect(await hashOf(store.readStream(stored))).toBe(sha256.toString('hex'));
      const range = { start: 5 * MiB - 1, end: 14 * MiB + 2 };
      const wanted = createHash('sha256').update(body.subarray(range.start, range.end)).digest('hex');
      expect(await hashOf(store.readStream(stored, range))).toBe(wanted);
    }));

  test('with a wrong secret it stores nothing and says so', () =>
    withStore('guessed', async (store) => {
      await expect(store.check()).rejects.toThrow(/volume "swift" .*check access key, secret key/);
      await expect(store.put(crypto.randomUUID(), Buffer.from('body'))).rejects.toThrow(BlobWriteError);
    }));
});
