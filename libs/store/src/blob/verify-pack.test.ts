// What is found in a pack without Postgres.
import { createHash, randomBytes } from 'node:crypto';
import { openSync, closeSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { openDirectoryVolume } from './directory-volume.ts';
import { RECORD_HEADER_LENGTH, writeRecordHeader } from './record.ts';
import { readRecords, type StoredRecord, verifyPack } from './verify-pack.ts';
import { PackMissing } from './volume.ts';

const packId = '0190a5f0-1c2d-7e3f-8a4b-5c6d7e8f9a0b';

interface Written {
  bytes: Buffer;
  ends: number[];
  blobIds: string[];
  checksumOf: (records: number) => Buffer;
}

function packOf(bodies: Buffer[]): Written {
  const parts: Buffer[] = [];
  const heads: Buffer[] = [];
  const ends: number[] = [];
  const blobIds: string[] = [];
  let end = 0;
  for (const body of bodies) {
    const head = Buffer.alloc(RECORD_HEADER_LENGTH);
    const blobId = crypto.randomUUID();
    const sha256 = createHash('sha256').update(body).digest();
    writeRecordHeader(head, 0, { blobId, length: body.length, sha256 });
    parts.push(head, body);
    heads.push(head);
    blobIds.push(blobId);
    ends.push((end += head.length + body.length));
  }
  const checksumOf = (records: number): Buffer =>
    createHash('sha256')
      .update(Buffer.concat(heads.slice(0, records)))
      .digest();
  return { bytes: Buffer.concat(parts), ends, blobIds, checksumOf };
}

async function directoryWith(bytes: Buffer) {
  const directory = temporaryDirectory();
  const volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
  await volume.putPack(packId, [bytes], bytes.length);
  return {
    volume,
    file: join(directory.path, packId.slice(-2), `${packId}.pack`),
    [Symbol.asyncDispose]: async () => {
      await volume[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

const bodies = [
  randomBytes(10),
  randomBytes(4096),
  Buffer.alloc(0),
  randomBytes(3_000_000),
  randomBytes(500),
];

test('all records are found again, with id, place and length', async () => {
  const pack = packOf(bodies);
  await using d = await directoryWith(pack.bytes);
  const found: StoredRecord[] = [];
  for await (const record of readRecords(d.volume, packId)) found.push(record);
  expect(found.map(({ blobId }) => blobId)).toEqual(pack.blobIds);
  for (const [index, { offset, length, isWhole }] of found.entries()) {
    expect(isWhole).toBe(true);
    expect(
      (await d.volume.read(packId, offset, offset + length)).equals(bodies[index] ?? Buffer.alloc(1)),
    ).toBe(true);
  }
  const verified = await verifyPack(d.volume, packId);
  expect(verified).toEqual({ records: 5, end: pack.bytes.length, damaged: [], checksum: pack.checksumOf(5) });
});

test('zeros behind the last record are no part of the pack', async () => {
  const pack = packOf(bodies);
  await using d = await directoryWith(Buffer.concat([pack.bytes, Buffer.alloc(8 * 1024 * 1024)]));
  expect(await verifyPack(d.volume, packId)).toMatchObject({
    records: 5,
    end: pack.bytes.length,
    damaged: [],
  });
});

test('a last record cut anywhere is none', async () => {
  const pack = packOf(bodies);
  await using d = await directoryWith(pack.bytes);
  const lastBegins = pack.ends[3] ?? 0;
  for (const size of [pack.bytes.length - 1, lastBegins + RECORD_HEADER_LENGTH, lastBegins + 1, lastBegins]) {
    truncateSync(d.file, size);
    const verified = await verifyPack(d.volume, packId);
    expect(verified).toEqual({ records: 4, end: lastBegins, damaged: [], checksum: pack.checksumOf(4) });
  }
});

test('a last record whose pages did not all reach the disk is none', async () => {
  const pack = packOf(bodies);
  await using d = await directoryWith(pack.bytes);
  overwrite(d.file, pack.bytes.length - 100, Buffer.alloc(100));
  expect(await verifyPack(d.volume, packId)).toMatchObject({ records: 4, end: pack.ends[3], damaged: [] });
});

test('a damaged record in the middle is reported and those behind it still count', async () => {
  const pack = packOf(bodies);
  await using d = await directoryWith(pack.bytes);
  overwrite(d.file, (pack.ends[0] ?? 0) + RECORD_HEADER_LENGTH + 50, Buffer.alloc(20));
  const verified = await verifyPack(d.volume, packId);
  expect(verified).toMatchObject({ records: 4, end: pack.bytes.length, checksum: pack.checksumOf(5) });
  expect(verified.damaged.map(({ blobId }) => blobId)).toEqual([pack.blobIds[1]]);
});

test('a header that claims more than the pack holds ends the walk', async () => {
  const head = Buffer.alloc(RECORD_HEADER_LENGTH);
  const claim = { blobId: packId, length: Number.MAX_SAFE_INTEGER, sha256: Buffer.alloc(32) };
  writeRecordHeader(head, 0, claim);
  const pack = packOf([randomBytes(100)]);
  await using d = await directoryWith(Buffer.concat([pack.bytes, head, randomBytes(1000)]));
  expect(await verifyPack(d.volume, packId)).toMatchObject({ records: 1, end: pack.bytes.length });
});

test('bytes that are no pack hold no record', async () => {
  await using d = await directoryWith(randomBytes(100_000));
  expect(await verifyPack(d.volume, packId)).toMatchObject({ records: 0, end: 0, damaged: [] });
});

test('a missing pack is told apart', async () => {
  await using d = await directoryWith(Buffer.from('x'));
  await expect(verifyPack(d.volume, crypto.randomUUID())).rejects.toThrow(PackMissing);
});
