// What only S3 does: an object a pack, errors of a store, no multipart, memory that stays bounded.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { startFakeS3 } from './fake-s3.ts';
import { openS3Volume } from './s3-volume.ts';
import { VolumeError } from './volume.ts';

const base = { id: 2, name: 'bucket', useSsl: false, region: 'us-east-1' };

async function* oneAfterTheOther(pieces: Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

test('a store that holds fewer bytes than were sent is found out, and its object removed', async () => {
  using directory = temporaryDirectory();
  await using store = await startFakeS3(directory.path);
  await using volume = await openS3Volume({ ...base, ...store });
  const packId = crypto.randomUUID();
  store.fault = 'shorten';
  const whole = volume.putPack(packId, [Buffer.alloc(100)], 100);
  await expect(whole).rejects.toThrow(VolumeError);
  await expect(whole).rejects.toThrow(`the store holds 99 bytes of pack ${packId}; 100 were sent`);
  expect(await volume.packSize(packId)).toBeNull();
});

test('a body that is streamed is sent by one PUT, no faster than the store reads it', async () => {
  using directory = temporaryDirectory();
  await using store = await startFakeS3(directory.path);
  await using volume = await openS3Volume({ ...base, ...store });
  const packId = crypto.randomUUID();
  const piece = Buffer.alloc(256 * 1024, 'x');
  const pieces = 96;
  let pulled = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (; pulled < pieces; pulled++) yield piece;
  }
  store.fault = 'stall';
  const storing = volume.putPack(packId, source(), pieces * piece.length);
  const puts = (): string[] => store.requests.filter((line) => line.startsWith('PUT'));
  let last = -1;
  await eventually(
    () => {
      const stands = puts().length > 0 && pulled === last;
      last = pulled;
      return stands;
    },
    { interval: 200 },
  );
  // What fits into the buffers of both sockets, of 24 MiB.
  expect(pulled * piece.length).toBeLessThan(12 * 1024 * 1024);
  store.resume();
  await storing;
  expect(puts()).toHaveLength(1);
  const stored = createHash('sha256');
  const sent = createHash('sha256');
  for (let at = 0; at < pieces; at++) {
    stored.update(await volume.read(packId, at * piece.length, (at + 1) * piece.length));
    sent.update(piece);
  }
  expect(stored.digest('hex')).toBe(sent.digest('hex'));
});

test('a store that answers with an error is named with its bucket', async () => {
  using directory = temporaryDirectory();
  await using store = await startFakeS3(directory.path);
  await using volume = await openS3Volume({ ...base, ...store });
  store.fault = 'unavailable';
  for (const body of [[Buffer.alloc(10)], oneAfterTheOther([Buffer.alloc(10)])]) {
    const put = volume.putPack(crypto.randomUUID(), body, 10);
    await expect(put).rejects.toThrow(VolumeError);
    await expect(put).rejects.toThrow(/volume "bucket" \(bucket mail-bodies at 127\.0\.0\.1:\d+\): .*503/);
  }
});

test('a store that refuses a body and reads no more of it is sent no more, and its answer counts', async () => {
  using directory = temporaryDirectory();
  await using store = await startFakeS3(directory.path);
  await using volume = await openS3Volume({ ...base, ...store, silentMs: 10_000 });
  const piece = Buffer.alloc(256 * 1024);
  let pulled = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (; pulled < 96; pulled++) yield piece;
  }
  store.fault = 'refuse';
  await expect(volume.putPack(crypto.randomUUID(), source(), 96 * piece.length)).rejects.toThrow(
    /volume "bucket" .*: the store answered 403: Access Denied; check access key, secret key/,
  );
  expect(pulled).toBeLessThan(96);
});

test('a bucket that does not exist is an error that names it', async () => {
  using directory = temporaryDirectory();
  await using store = await startFakeS3(directory.path);
  await expect(openS3Volume({ ...base, ...store, bucket: 'other' })).rejects.toThrow(
    /bucket other at .*: cannot open: there is no such bucket; create it/,
  );
});

test('a store that is not running is an error that names its address', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const keys = { bucket: 'mail-bodies', accessKey: 'a', secretKey: 'b' };
  await expect(openS3Volume({ ...base, ...keys, endpoint: '127.0.0.1', port })).rejects.toThrow(
    /bucket mail-bodies at 127\.0\.0\.1:\d+\): cannot open: .*check endpoint and port/,
  );
});

test('a store that falls silent is given up, whole or streamed', async () => {
  using directory = temporaryDirectory();
  await using store = await startFakeS3(directory.path);
  await using volume = await openS3Volume({ ...base, ...store, silentMs: 1000 });
  store.fault = 'stall';
  for (const body of [[Buffer.alloc(10)], oneAfterTheOther([Buffer.alloc(10)])]) {
    const put = volume.putPack(crypto.randomUUID(), body, 10);
    await expect(put).rejects.toThrow('the store was silent for 1 s');
  }
  // The next request has a connection of its own.
  store.fault = null;
  await volume.putPack(crypto.randomUUID(), [Buffer.alloc(10)], 10);
});
