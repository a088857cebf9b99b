// What is removed, what is kept, and that nothing is lost in between: as the role of `tasks`, on real tables.
import { silentLogger } from '@pochtar/runtime';
import { createTestDatabase, type TestDatabase, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import {
  type BlobReference,
  type BlobStore,
  collectDead,
  findOrphanPacks,
  openBlobStore,
  packUsage,
  sealOrphanPack,
} from './index.ts';
import { RECORD_HEADER_LENGTH } from './record.ts';

const HOUR = 3_600_000;
let database: TestDatabase;
let owner: Database;
let tasks: Database;
let store: BlobStore;
const directory = temporaryDirectory();

beforeAll(async () => {
  database = await createTestDatabase();
  owner = openDatabase({ url: database.url(), password: database.password });
  tasks = openDatabase({ url: database.url('tasks'), password: database.password });
  await owner.query({
    text: `insert into store.volume (name, kind, config) values ('main', 'directory', $1)`,
    values: [{ path: directory.path }],
  });
  store = await openBlobStore({ db: owner, instance: crypto.randomUUID(), log: silentLogger() });
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  for (const db of [owner, tasks]) await db[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

beforeEach(async () => {
  store.rotate();
  await owner.query({
    text: 'truncate store.content, store.maybe_dead, store.message, queue.mail, queue.recipient, queue.verdict, queue.owed_notice, store.pack',
  });
});

interface Content {
  id: string;
  reference: BlobReference;
}

async function addContent(db: { query: Database['query'] } = owner): Promise<Content> {
  const id = crypto.randomUUID();
  const reference = await store.put(id, Buffer.from(`body of ${id}`));
  await db.query({
    text: `insert into store.content (id, pack_id, pack_offset, length, sha256, header_length, header, header_complete,
        envelope, body_structure, parts) values ($1, $2, $3, $4, '', 0, '', true, '', '', '')`,
    values: [id, reference.packId, reference.offset, reference.length],
  });
  return { id, reference };
}

async function giveUp(
  content: Content,
  hoursAgo: number,
  db: { query: Database['query'] } = owner,
): Promise<void> {
  await db.query({
    text: `insert into store.maybe_dead (content_id, since) values ($1, now() - $2 * interval '1 hour')`,
    values: [content.id, hoursAgo],
  });
}

async function addMessage(
  content: Content,
  uid = 1,
  db: { query: Database['query'] } = owner,
): Promise<void> {
  await db.query({
    text: `insert into store.message (mailbox_id, uid, mod_seq, internal_date, size, content_id) values (1, $2, 1, now(), 1, $1)`,
    values: [content.id, uid],
  });
}

async function addMail(content: Content): Promise<void> {
  await owner.query({
    text: `insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, step, step_at)
      values (gen_random_uuid(), $1, now(), '', 'incoming', 1, 'deliver', now())`,
    values: [content.id],
  });
}

async function addReplacement(content: Content): Promise<void> {
  await owner.query({
    text: `insert into queue.verdict (mail_id, filter, result, replacement_content_id) values (gen_random_uuid(), 'dlp', 'accept', $1)`,
    values: [content.id],
  });
}

async function oweNotice(content: Content): Promise<void> {
  await owner.query({
    text: `insert into queue.owed_notice (id, mail_id, kind, content_id, is_full, reverse_path, accepted_at, recipients)
      values (gen_random_uuid(), gen_random_uuid(), 'failed', $1, false, 'a@b.test', now(), '[]')`,
    values: [content.id],
  });
}

async function isStored(content: Content): Promise<boolean> {
  return (
    (await owner.query({ text: 'select 1 from store.content where id = $1', values: [content.id] })).length >
    0
  );
}

async function waiting(): Promise<number> {
  return (await owner.query({ text: 'select 1 from store.maybe_dead' })).length;
}

const collect = (now = new Date()) => collectDead(tasks, store, now, 24);

/** Rests until the seal of the pack that was ended has reached its row. */
async function sealed(packId: string): Promise<void> {
  for (;;) {
    const [row] = await owner.query<{ sealed: boolean }>({
      text: 'select sealed from store.pack where id = $1',
      values: [packId],
    });
    if (row?.sealed) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a content', () => {
  test('that nothing refers to is deleted after the grace time, not before', async () => {
    const old = await addContent();
    const young = await addContent();
    await giveUp(old, 25);
    await giveUp(young, 23);
    expect(await collect()).toEqual({ contents: 1, bytes: old.reference.length, packs: 0, failed: [] });
    expect(await isStored(old)).toBe(false);
    expect(await isStored(young)).toBe(true);
    expect(await waiting()).toBe(1);
  });

  test.each([
    { by: 'a message', refer: addMessage },
    { by: 'a mail in the queue', refer: addMail },
    { by: 'the verdict that replaces a body', refer: addReplacement },
    { by: 'a notice that is owed', refer: oweNotice },
  ])('that is referred to by $by is kept and not looked at again', async ({ refer }) => {
    const content = await addContent();
    await refer(content);
    await giveUp(content, 48);
    expect(await collect()).toMatchObject({ contents: 0 });
    expect(await isStored(content)).toBe(true);
    expect(await waiting()).toBe(0);
  });

  test('that nobody gave up is never looked at', async () => {
    const content = await addContent();
    expect(await collect()).toMatchObject({ contents: 0 });
    expect(await isStored(content)).toBe(true);
  });

  test('given up again has its grace time from the last time', async () => {
    const content = await addContent();
    await giveUp(content, 30);
    await giveUp(content, 1);
    expect(await collect()).toMatchObject({ contents: 0 });
    expect(await isStored(content)).toBe(true);
    expect(await collect(new Date(Date.now() + 24 * HOUR))).toMatchObject({ contents: 1 });
    expect(await waiting()).toBe(0);
  });

  test('whose last reference is given up by a transaction under way is looked at again', async () => {
    const content = await addContent();
    await addMessage(content);
    await giveUp(content, 30);
    await owner.transaction(async (tx) => {
      await tx.query({ text: 'delete from store.message where content_id = $1', values: [content.id] });
      await giveUp(content, 0, tx);
      // The collector still sees the message, drops the old row and must not swallow the new one.
      expect(await collect()).toMatchObject({ contents: 0 });
    });
    expect(await isStored(content)).toBe(true);
    expect(await collect(new Date(Date.now() + 25 * HOUR))).toMatchObject({ contents: 1 });
  });

  test('that is copied while its original is expunged survives', async () => {
    const content = await addContent();
    await addMessage(content);
    await giveUp(content, 30);
    await owner.transaction(async (tx) => {
      await addMessage(content, 2, tx);
      await owner.transaction(async (other) => {
        await other.query({
          text: 'delete from store.message where content_id = $1 and uid = 1',
          values: [content.id],
        });
        await giveUp(content, 0, other);
      });
      // Neither the original nor the copy can be seen now.
      expect(await collect()).toMatchObject({ contents: 0 });
    });
    expect(await isStored(content)).toBe(true);
    expect(await collect(new Date(Date.now() + 25 * HOUR))).toMatchObject({ contents: 0 });
    expect(await isStored(content)).toBe(true);
  });

  test('is deleted with thousands of others, in slices', async () => {
    await owner.query({
      text: `with c as (
          insert into store.content (id, pack_id, pack_offset, length, sha256, header_length, header, header_complete,
            envelope, body_structure, parts)
          select gen_random_uuid(), gen_random_uuid(), 0, 10, '', 0, '', true, '', '', '' from generate_series(1, 2500)
          returning id)
        insert into store.maybe_dead (content_id, since) select id, now() - interval '2 days' from c`,
    });
    expect(await collect()).toMatchObject({ contents: 2500, bytes: 25_000 });
    expect(await waiting()).toBe(0);
  });

  test('is left to the one collector that works', async () => {
    const content = await addContent();
    await giveUp(content, 48);
    const both = await Promise.all([collect(), collect()]);
    expect(both.reduce((sum, { contents }) => sum + contents, 0)).toBe(1);
    expect(await isStored(content)).toBe(false);
  });
});

describe('a pack', () => {
  test('that holds no content any more is removed an hour after that was seen', async () => {
    const content = await addContent();
    const { packId } = content.reference;
    store.rotate();
    await sealed(packId);
    await giveUp(content, 48);
    const volume = await store.volumes.current();
    // Sealed a moment ago: a reference to it may still be on its way into a row.
    expect(await collect()).toMatchObject({ contents: 1, packs: 0 });
    const seen = Date.now() + 2 * HOUR;
    expect(await collect(new Date(seen))).toMatchObject({ packs: 0 });
    expect(await collect(new Date(seen + 0.9 * HOUR))).toMatchObject({ packs: 0 });
    expect(await volume.packSize(packId)).toBeGreaterThan(0);
    expect(await collect(new Date(seen + 1.1 * HOUR))).toMatchObject({ packs: 1, failed: [] });
    expect(await volume.packSize(packId)).toBeNull();
    expect(await owner.query({ text: 'select 1 from store.pack where id = $1', values: [packId] })).toEqual(
      [],
    );
  });

  test('that still holds one content, or is still written, is kept', async () => {
    const kept = await addContent();
    const dead = await addContent();
    await giveUp(dead, 48);
    store.rotate();
    await sealed(kept.reference.packId);
    const open = await store.put(crypto.randomUUID(), Buffer.from('in an open pack, without a row'));
    for (const hours of [0, 2, 4, 48]) {
      expect(await collect(new Date(Date.now() + hours * HOUR))).toMatchObject({ packs: 0 });
    }
    expect((await store.read(kept.reference)).toString()).toBe(`body of ${kept.id}`);
    expect((await store.read(open)).length).toBe(30);
  });

  test('that its volume does not let go is named and tried again', async () => {
    const content = await addContent();
    const { packId } = content.reference;
    store.rotate();
    await sealed(packId);
    await giveUp(content, 48);
    await collect(new Date(Date.now() + 2 * HOUR));
    const later = new Date(Date.now() + 4 * HOUR);
    const error = new Error('the disk is away');
    const away = { volumes: { ...store.volumes, byId: () => Promise.reject(error) } };
    expect(await collectDead(tasks, away as unknown as BlobStore, later, 24)).toMatchObject({
      packs: 0,
      failed: [{ packId, error }],
    });
    expect(await collect(later)).toMatchObject({ packs: 1 });
  });

  test('counts as live what contents refer to, with the headers of their records', async () => {
    const contents = [await addContent(), await addContent(), await addContent()];
    const packId = contents[0]?.reference.packId ?? '';
    store.rotate();
    await sealed(packId);
    const record = RECORD_HEADER_LENGTH + (contents[0]?.reference.length ?? 0);
    const volumeId = (await store.volumes.current()).id;
    expect(await packUsage(tasks, null)).toEqual([
      { packId, volumeId, size: 3 * record, liveBytes: 3 * record },
    ]);
    await giveUp(contents[1] as Content, 48);
    await collect();
    expect(await packUsage(tasks, null)).toEqual([
      { packId, volumeId, size: 3 * record, liveBytes: 2 * record },
    ]);
    expect(await packUsage(tasks, packId)).toEqual([]);
  });
});

describe('an orphan', () => {
  const live = (): Promise<string[]> => findOrphanPacks({ db: tasks, now: new Date(), liveWriters: [] });

  async function unsealed(more: { age: string; writer?: string }): Promise<string> {
    const id = crypto.randomUUID();
    await owner.query({
      text: `insert into store.pack (id, volume_id, writer, created_at)
        select $1, min(id), $2, now() - $3::interval from store.volume`,
      values: [id, more.writer ?? crypto.randomUUID(), more.age],
    });
    return id;
  }

  test('is a pack older than any writer keeps one, or one of a writer that is known to be gone', async () => {
    const writer = crypto.randomUUID();
    const old = await unsealed({ age: '49 hours', writer });
    const dead = await unsealed({ age: '1 hour' });
    await unsealed({ age: '1 hour', writer });
    await unsealed({ age: '1 minute' });
    const now = new Date();
    expect(await findOrphanPacks({ db: tasks, now })).toEqual([old]);
    expect(await findOrphanPacks({ db: tasks, now, liveWriters: [writer] })).toEqual([old, dead]);
  });

  test('without a file and without contents loses its row; with contents it is reported', async () => {
    const empty = await unsealed({ age: '1 hour' });
    expect(await sealOrphanPack(tasks, store.volumes, empty)).toEqual({ kind: 'missing', contents: 0 });
    expect(await live()).toEqual([]);
    const lost = await unsealed({ age: '1 hour' });
    const content = await addContent();
    await owner.query({
      text: 'update store.content set pack_id = $1 where id = $2',
      values: [lost, content.id],
    });
    expect(await sealOrphanPack(tasks, store.volumes, lost)).toEqual({ kind: 'missing', contents: 1 });
    expect(await live()).toEqual([lost]);
  });

  test('is never cut below a body that a row refers to', async () => {
    const volume = await store.volumes.current();
    const packId = await unsealed({ age: '1 hour' });
    await volume.putPack(packId, [Buffer.alloc(1000, 'x')], 1000);
    const content = await addContent();
    await owner.query({
      text: 'update store.content set pack_id = $1, pack_offset = 100, length = 300 where id = $2',
      values: [packId, content.id],
    });
    expect(await sealOrphanPack(tasks, store.volumes, packId)).toEqual({
      kind: 'sealed',
      size: 400,
      records: 0,
      damaged: 1,
    });
    expect(await volume.packSize(packId)).toBe(400);
  });
});
