// Texts beside a body, in rows as an older version of the code left them.
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@pochtar/runtime';
import { asTextMaker, insertContents } from '@pochtar/store/content';
import { eventually } from '@pochtar/testkit';
import { newContent } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { rebuildTexts } from '../src/rebuild-texts.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(() => office.db.query({ text: 'delete from store.content' }));

const TEXTS = `header_length, encode(header, 'base64') as header, header_complete, envelope, body_structure, parts,
  message_id, sent_at, sent_day, base_subject, is_reply, thread_ids, texts_version`;

const allTexts = () =>
  office.db.query<Record<string, unknown>>({ text: `select id, ${TEXTS} from store.content order by id` });

/** What a version left that read everything wrongly. */
const spoil = () =>
  office.db.query({
    text: `update store.content set header_length = 1, header = 'x', header_complete = false, envelope = '()',
      body_structure = '()', parts = '[]', message_id = 'x', sent_at = now(), sent_day = 1,
      base_subject = null, is_reply = true, thread_ids = 'x', texts_version = 0`,
  });

const leftOver = async () =>
  (await office.db.query({ text: 'select 1 from store.content where texts_version < 2' })).length;

async function store(text: string): Promise<string> {
  const content = await newContent(office.blobs, Buffer.from(text));
  await insertContents(office.db, [content]);
  return content.id;
}

const rebuild = () =>
  rebuildTexts({ db: office.db, blobs: office.blobs, log: silentLogger() }, new AbortController().signal);

test('texts of an older version are made anew from the bodies, all of them, once', async () => {
  for (let number = 0; number < 120; number++) {
    await store(
      `Subject: ${number}\r\nMessage-ID: <${number}@x>\r\nDate: 1 Jan 2026 00:00:00 +0000\r\n\r\n${number}`,
    );
  }
  const before = await allTexts();
  expect(before.every((row) => row['texts_version'] === 2)).toBe(true);
  await spoil();
  expect(await rebuild()).toBe(120);
  expect(await allTexts()).toEqual(before);
  expect(await rebuild()).toBe(0);
});

test('a header that verdicts have edited has the texts of what readers are shown, part ranges those of the body', async () => {
  const text = 'Subject: old\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n';
  const id = await store(text);
  const [whole] = await allTexts();
  await office.db.query({
    text: 'update store.content set prefix = $2, removed = $3 where id = $1',
    values: [id, Buffer.from('Subject: a new one\r\nMessage-ID: <m@x>\r\n'), [0, 14]],
  });
  await spoil();
  expect(await rebuild()).toBe(1);
  const [row] = await allTexts();
  expect(row).toMatchObject({
    parts: whole?.['parts'],
    header_length: whole?.['header_length'],
    message_id: '<m@x>',
  });
  expect(row?.['body_structure']).toBe(whole?.['body_structure']);
  expect(row?.['envelope']).toContain('"a new one"');
});

test('a body that is nowhere keeps its texts and stops nothing', async () => {
  await store('Subject: one\r\n\r\n');
  const gone = await store('Subject: two\r\n\r\n');
  await store('Subject: three\r\n\r\n');
  await office.db.query({
    text: 'update store.content set pack_id = $2 where id = $1',
    values: [gone, randomUUID()],
  });
  await spoil();
  expect(await rebuild()).toBe(2);
  expect(await leftOver()).toBe(1);
});

test('one replica at a time makes texts', async () => {
  await store('Subject: one\r\n\r\n');
  await spoil();
  const made = await asTextMaker(office.db, () => rebuild());
  expect(made).toBe(0);
  expect(await rebuild()).toBe(1);
});

test('a content that was edited meanwhile is left for the next round', async () => {
  const id = await store('Subject: one\r\n\r\n');
  await spoil();
  const edit = office.db.query.bind(office.db);
  const blobs = new Proxy(office.blobs, {
    get: (target, name) =>
      name === 'readStream'
        ? async function* (...parts: Parameters<typeof target.readStream>) {
            await edit({
              text: 'update store.content set prefix = $2 where id = $1',
              values: [id, Buffer.from('X: y\r\n')],
            });
            yield* target.readStream(...parts);
          }
        : Reflect.get(target, name),
  });
  await rebuildTexts({ db: office.db, blobs, log: silentLogger() }, new AbortController().signal);
  expect(await leftOver()).toBe(1);
  expect(await rebuild()).toBe(1);
});

test('delivery makes them anew when it starts, with the rights it has', async () => {
  await store('From: a@b\r\nSubject: one\r\n\r\n');
  const before = await allTexts();
  await spoil();
  await using _delivery = await office.startDelivery();
  await eventually(async () => (await leftOver()) === 0);
  expect(await allTexts()).toEqual(before);
});
