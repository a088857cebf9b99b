// The writer of packs on real volumes: what is promised when a put resolves, and what happens when a disk fails.
import { createHash, randomBytes } from 'node:crypto';
import { silentLogger } from '@pochtar/runtime';
import { temporaryDirectory } from '@pochtar/testkit';
import { describe, expect, test } from 'vitest';
import { openDirectoryVolume } from './directory-volume.ts';
import { startFakeS3 } from './fake-s3.ts';
import type { PackRegistry, PackRow } from './pack-table.ts';
import { type BlobReference, BlobWriteError, type Body, type PackLimits, PackWriter } from './pack-writer.ts';
import { RECORD_HEADER_LENGTH } from './record.ts';
import { openS3Volume } from './s3-volume.ts';
import { verifyPack } from './verify-pack.ts';
import type { Volume } from './volume.ts';
import { type Watcher, watchedVolume } from './watched-volume.ts';

function bodyOf(bytes: Buffer): Body {
  const sha256 = createHash('sha256').update(bytes).digest();
  return { blobId: crypto.randomUUID(), length: bytes.length, sha256, parts: [bytes] };
}

/** Keeps rows in memory: the seam that makes the writer testable without Postgres. */
class Rows implements PackRegistry {
  readonly rows = new Map<string, PackRow>();
  onRegister: (row: PackRow) => Promise<void> | void = () => {};

  async register(row: PackRow): Promise<void> {
    await this.onRegister(row);
    this.rows.set(row.id, { ...row });
  }

  async seal(packId: string, size: number, checksum: Buffer): Promise<void> {
    await Promise.resolve();
    const row = this.rows.get(packId);
    if (row && !row.sealed) Object.assign(row, { size, checksum, sealed: true });
  }
}

interface Bench extends AsyncDisposable {
  path: string;
  disk: Volume;
  rows: Rows;
  writer: PackWriter;
}

async function bench(watcher: Watcher = {}, limits: Partial<PackLimits> = {}): Promise<Bench> {
  const directory = temporaryDirectory();
  const disk = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
  const watched = watchedVolume(disk, watcher);
  const rows = new Rows();
  const writer = new PackWriter({
    volume: () => Promise.resolve(watched),
    packs: rows,
    writer: crypto.randomUUID(),
    log: silentLogger(),
    limits,
  });
  return {
    path: directory.path,
    disk,
    rows,
    writer,
    [Symbol.asyncDispose]: async () => {
      await writer[Symbol.asyncDispose]();
      await disk[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

function read(volume: Volume, { packId, offset, length }: BlobReference): Promise<Buffer> {
  return volume.read(packId, offset, offset + length);
}

/** Every row says what its pack holds. */
async function expectSealed({ disk, rows }: Bench): Promise<void> {
  for (const row of rows.rows.values()) {
    expect(row.sealed).toBe(true);
    expect(await disk.packSize(row.id)).toBe(row.size);
    const { end, checksum, damaged } = await verifyPack(disk, row.id);
    expect(damaged).toEqual([]);
    expect(end).toBe(row.size);
    expect(checksum.equals(row.checksum ?? Buffer.alloc(0))).toBe(true);
  }
}

describe('a put', () => {
  test('resolves after the row of its pack is committed and its bytes are durable', async () => {
    const order: string[] = [];
    await using b = await bench({ afterWrite: () => order.push('durable') });
    b.rows.onRegister = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('row');
    };
    await b.writer.put(bodyOf(Buffer.from('x')));
    order.push('reference');
    expect(order).toEqual(['row', 'durable', 'reference']);
  });

  test('alone is one flush; 64 at once share a few', async () => {
    let flushes = 0;
    await using b = await bench({ afterWrite: () => flushes++ });
    await b.writer.put(bodyOf(Buffer.from('alone')));
    expect(flushes).toBe(1);
    const bodies = Array.from({ length: 64 }, () => bodyOf(randomBytes(4096)));
    const references = await Promise.all(bodies.map((body) => b.writer.put(body)));
    expect(flushes).toBeLessThanOrEqual(3);
    for (const [index, reference] of references.entries()) {
      expect(await read(b.disk, reference)).toEqual(bodies[index]?.parts[0]);
    }
  });

  test('gathers while a flush is under way: those that wait go out together', async () => {
    let flushes = 0;
    const held = Promise.withResolvers<void>();
    await using b = await bench({
      beforeWrite: (count) => (count === 1 ? held.promise : undefined),
      afterWrite: () => flushes++,
    });
    const first = b.writer.put(bodyOf(Buffer.from('first')));
    await new Promise((resolve) => setImmediate(resolve));
    const rest = Array.from({ length: 100 }, () => b.writer.put(bodyOf(randomBytes(1000))));
    held.resolve();
    await Promise.all([first, ...rest]);
    expect(flushes).toBe(2);
  });

  test('of large pieces and of many pieces stores every byte', async () => {
    await using b = await bench();
    const sizes = [0, 1, 1_000_000, 70_000, 4096, 600_000, 3];
    const bodies = sizes.map((size) => {
      const bytes = randomBytes(size);
      const third = Math.floor(size / 3);
      return { ...bodyOf(bytes), parts: [bytes.subarray(0, third), bytes.subarray(third)], bytes };
    });
    const references = await Promise.all(bodies.map((body) => b.writer.put(body)));
    for (const [index, reference] of references.entries()) {
      expect((await read(b.disk, reference)).equals(bodies[index]?.bytes ?? Buffer.alloc(0))).toBe(true);
    }
  });

  test('that cannot be described refuses only itself', async () => {
    await using b = await bench();
    const [bad, good] = await Promise.allSettled([
      b.writer.put({ ...bodyOf(Buffer.from('bad')), blobId: 'no uuid' }),
      b.writer.put(bodyOf(Buffer.from('good'))),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) });
    expect(good.status).toBe('fulfilled');
  });

  test('is refused when too much waits already, and taken again later', async () => {
    const held = Promise.withResolvers<void>();
    await using b = await bench({ beforeWrite: () => held.promise }, { pendingBytes: 100_000 });
    const waiting = b.writer.put(bodyOf(randomBytes(90_000)));
    await expect(b.writer.put(bodyOf(randomBytes(20_000)))).rejects.toThrow(BlobWriteError);
    held.resolve();
    await waiting;
    await b.writer.put(bodyOf(randomBytes(20_000)));
  });
});

describe('after a failed write', () => {
  test('the bodies in hand go into a new pack, the old one ends at its last acknowledged record', async () => {
    await using b = await bench({
      beforeWrite: (count) => {
        if (count === 2) throw new Error('EIO: i/o error, fdatasync');
      },
    });
    const before = await b.writer.put(bodyOf(Buffer.from('acknowledged')));
    const bodies = Array.from({ length: 5 }, () => bodyOf(randomBytes(2000)));
    const after = await Promise.all(bodies.map((body) => b.writer.put(body)));
    await b.writer[Symbol.asyncDispose]();
    for (const [index, reference] of after.entries()) {
      expect(reference.packId).not.toBe(before.packId);
      expect(await read(b.disk, reference)).toEqual(bodies[index]?.parts[0]);
    }
    expect((await read(b.disk, before)).toString()).toBe('acknowledged');
    expect(b.rows.rows.get(before.packId)?.size).toBe(RECORD_HEADER_LENGTH + 'acknowledged'.length);
    await expectSealed(b);
  });

  test('and a second one the owners of the bodies are told; the next body is stored', async () => {
    await using b = await bench({
      beforeWrite: (count) => {
        if (count <= 2) throw new Error('EIO: i/o error, fdatasync');
      },
    });
    const puts = await Promise.allSettled([1, 2].map(() => b.writer.put(bodyOf(Buffer.from('lost')))));
    for (const put of puts) {
      expect(put).toMatchObject({ status: 'rejected', reason: { name: 'BlobWriteError', message: /EIO/ } });
    }
    const reference = await b.writer.put(bodyOf(Buffer.from('kept')));
    expect((await read(b.disk, reference)).toString()).toBe('kept');
  });

  test('a disk that does not answer counts as failed', async () => {
    await using b = await bench(
      { beforeWrite: (count) => (count === 1 ? new Promise<void>(() => {}) : undefined) },
      { flushMs: 1500 },
    );
    const body = bodyOf(randomBytes(5000));
    const reference = await b.writer.put(body);
    expect(await read(b.disk, reference)).toEqual(body.parts[0]);
    expect(b.rows.rows.size).toBe(2);
  });

  test('a row that cannot be committed leaves no file behind', async () => {
    await using b = await bench();
    b.rows.onRegister = () => Promise.reject(new Error('Postgres is away'));
    await expect(b.writer.put(bodyOf(Buffer.from('x')))).rejects.toThrow('Postgres is away');
    await expect(b.writer.putStream(bodyOf(Buffer.from('x')), [Buffer.from('x')])).rejects.toThrow(
      'Postgres is away',
    );
    await b.writer[Symbol.asyncDispose]();
    const left: string[] = [];
    for await (const { packId } of b.disk.listPacks()) left.push(packId);
    expect(left).toEqual([]);
  });
});

describe('a pack ends', () => {
  test('when it is full; its row then says size and checksum', async () => {
    await using b = await bench({}, { packSize: 100_000 });
    const references: BlobReference[] = [];
    for (let index = 0; index < 60; index++) references.push(await b.writer.put(bodyOf(randomBytes(5000))));
    await b.writer[Symbol.asyncDispose]();
    expect(new Set(references.map(({ packId }) => packId)).size).toBe(3);
    await expectSealed(b);
  });

  test('when it is old', async () => {
    await using b = await bench({}, { packAgeMs: 0 });
    const one = await b.writer.put(bodyOf(Buffer.from('1')));
    const two = await b.writer.put(bodyOf(Buffer.from('2')));
    expect(one.packId).not.toBe(two.packId);
    await b.writer[Symbol.asyncDispose]();
    await expectSealed(b);
  });

  test('when it is told to, in the middle of a flush as well', async () => {
    const watcher: Watcher = {};
    await using b = await bench(watcher);
    // The bytes are durable, the record is not acknowledged yet.
    watcher.afterWrite = () => b.writer.rotate();
    const one = await b.writer.put(bodyOf(Buffer.from('in the middle')));
    delete watcher.afterWrite;
    const two = await b.writer.put(bodyOf(Buffer.from('next')));
    b.writer.rotate();
    const three = await b.writer.put(bodyOf(Buffer.from('last')));
    expect(new Set([one, two, three].map(({ packId }) => packId)).size).toBe(3);
    await b.writer[Symbol.asyncDispose]();
    expect((await read(b.disk, one)).toString()).toBe('in the middle');
    await expectSealed(b);
  });

  test('when another volume becomes the current one', async () => {
    using first = temporaryDirectory();
    using second = temporaryDirectory();
    await using old = await openDirectoryVolume({ id: 1, name: 'old', path: first.path });
    await using young = await openDirectoryVolume({ id: 2, name: 'young', path: second.path });
    let current = old;
    const rows = new Rows();
    await using writer = new PackWriter({
      volume: () => Promise.resolve(current),
      packs: rows,
      writer: crypto.randomUUID(),
      log: silentLogger(),
    });
    const before = await writer.put(bodyOf(Buffer.from('before')));
    current = young;
    const after = await writer.put(bodyOf(Buffer.from('after')));
    expect((await read(old, before)).toString()).toBe('before');
    expect((await read(young, after)).toString()).toBe('after');
    expect([...rows.rows.values()].map(({ volumeId }) => volumeId)).toEqual([1, 2]);
  });

  test('with the process, which takes no more bodies then', async () => {
    await using b = await bench();
    const puts = Array.from({ length: 20 }, () => b.writer.put(bodyOf(randomBytes(3000))));
    await b.writer[Symbol.asyncDispose]();
    await Promise.all(puts);
    await expectSealed(b);
    await expect(b.writer.put(bodyOf(Buffer.from('x')))).rejects.toThrow('closing');
  });
});

describe('on S3', () => {
  test('each flush is one object and one sealed row; a failed PUT is repeated under another name', async () => {
    using directory = temporaryDirectory();
    await using store = await startFakeS3(directory.path);
    await using bucket = await openS3Volume({
      id: 2,
      name: 'bucket',
      useSsl: false,
      region: 'us-east-1',
      ...store,
    });
    const rows = new Rows();
    const watcher: Watcher = {
      beforeWrite: (count) => {
        if (count === 2) throw new Error('503');
      },
    };
    const volume = watchedVolume(bucket, watcher);
    await using writer = new PackWriter({
      volume: () => Promise.resolve(volume),
      packs: rows,
      writer: crypto.randomUUID(),
      log: silentLogger(),
    });
    const first = await writer.put(bodyOf(Buffer.from('first')));
    const bodies = Array.from({ length: 16 }, () => bodyOf(randomBytes(4096)));
    const references = await Promise.all(bodies.map((body) => writer.put(body)));
    expect(new Set(references.map(({ packId }) => packId)).size).toBe(1);
    for (const [index, reference] of references.entries()) {
      expect(await read(bucket, reference)).toEqual(bodies[index]?.parts[0]);
    }
    for (const { packId } of [first, ...references]) {
      const row = rows.rows.get(packId);
      expect(row).toMatchObject({ sealed: true, size: await bucket.packSize(packId) });
      expect((await verifyPack(bucket, packId)).checksum.equals(row?.checksum ?? Buffer.alloc(0))).toBe(true);
    }
  });
});
