// What reading a delivered message costs the volume: on object storage each read is a request.
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@pochtar/runtime';
import { createTestDatabase, temporaryDirectory, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDirectoryVolume } from '../blob/directory-volume.ts';
import { type BlobStore, openBlobStore, type Volume } from '../blob/index.ts';
import { watchedVolume } from '../blob/watched-volume.ts';
import { openDatabase } from '../db.ts';
import { readDelivered, type StoredBody, streamDelivered } from './delivered-body.ts';

const directory = temporaryDirectory();
const stack = new AsyncDisposableStack();
const reads: [number, number][] = [];
let database: TestDatabase;
let volume: Volume;
let store: BlobStore;

beforeAll(async () => {
  database = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url: database.url(), password: database.password }));
  await db.query({
    text: `insert into store.volume (name, kind, config) values ('one', 'directory', '{"path": "/"}')`,
  });
  const opened = await openDirectoryVolume({ id: 1, name: 'one', path: directory.path });
  volume = watchedVolume(opened, { beforeRead: (start, end) => void reads.push([start, end]) });
  const volumes = {
    current: async () => volume,
    byId: async () => volume,
    look: async () => {},
    async [Symbol.asyncDispose]() {},
  };
  store = stack.use(await openBlobStore({ db, instance: randomUUID(), log: silentLogger(), volumes }));
});
afterAll(async () => {
  await stack.disposeAsync();
  directory[Symbol.dispose]();
});

// As a stranger sends it: thousands of fields that nobody is shown, each between two that are.
const KEPT = 'b: c\r\n';
const REMOVED = 'X-Pochtar-a:\r\n';
const COUNT = 10_000;
const PREFIX = 'X-Pochtar-Verdict: x\r\n';
const header = `${PREFIX}${KEPT.repeat(COUNT)}`;

async function stored(body: string): Promise<StoredBody> {
  const bytes = Buffer.from(`${`${KEPT}${REMOVED}`.repeat(COUNT)}${body}`);
  const removed = Array.from({ length: COUNT }, (_, index) => {
    const start = index * (KEPT.length + REMOVED.length) + KEPT.length;
    return [start, start + REMOVED.length];
  }).flat();
  const blob = await store.put(randomUUID(), bytes);
  reads.length = 0;
  return { blob, prefix: Buffer.from(PREFIX), removed };
}

test('a header is one read of the volume, however much of it is not shown', async () => {
  const message = await stored(`\r\n${'body\r\n'.repeat(500_000)}`);
  const read = await readDelivered(store, message, { start: 0, end: header.length });
  expect(read.toString()).toBe(header);
  expect(reads).toHaveLength(1);
});

test('a small message is one read, a large one a read for its header and pieces of the size of the volume', async () => {
  for (const lines of [10, 500_000]) {
    const body = `\r\n${'body\r\n'.repeat(lines)}`;
    const message = await stored(body);
    const pieces = await Array.fromAsync(streamDelivered(store, message));
    expect(Buffer.concat(pieces).toString()).toBe(`${header}${body}`);
    expect(reads.length).toBeLessThanOrEqual(lines === 10 ? 1 : 2 + Math.ceil(body.length / volume.readSize));
  }
});
