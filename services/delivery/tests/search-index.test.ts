// The index of searches (ADR 41) as delivery makes it: block by block, resumed where it was left, made anew where it is damaged.
import { silentLogger } from '@pochtar/runtime';
import { bitsOf, ROW } from '@pochtar/mail/search';
import {
  appendMessages,
  asIndexMaker,
  createMailbox,
  deleteMailbox,
  expungeMessages,
  findCandidates,
  findMailbox,
  type Mailbox,
  type NewMessage,
} from '@pochtar/store/mailbox';
import { eventually } from '@pochtar/testkit';
import { newContent } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIndex } from '../src/search-index.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
});
afterAll(() => office[Symbol.asyncDispose]());

const make = (signal = new AbortController().signal): Promise<number> =>
  makeIndex({ db: office.db, blobs: office.blobs, log: silentLogger() }, signal);

const WORDS = ['invoice', 'договор', 'meeting', 'отпуск', 'quarterly', 'совещание', 'holiday'];

async function newMailbox(name: string): Promise<Mailbox> {
  await createMailbox(office.db, office.accounts.anna, name);
  return (await findMailbox(office.db, office.accounts.anna, name)) as Mailbox;
}

/** Messages of which each has one of the words in its text. */
async function fill(mailbox: Mailbox, count: number): Promise<void> {
  const messages: NewMessage[] = [];
  for (let index = 0; index < count; index++) {
    const mail = `Subject: ${index}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nabout ${WORDS[index % 7]}\r\n`;
    const content = await newContent(office.blobs, Buffer.from(mail));
    messages.push({ content, flags: 0, keywords: [], internalDate: new Date() });
  }
  await appendMessages(office.db, mailbox.id, messages);
}

async function candidates(
  mailbox: Mailbox,
  text: string,
  kinds: number,
): Promise<{ covered: object; uids: number[] }> {
  const bits = bitsOf(text) ?? [];
  const { covered, uids } = await findCandidates(office.db, mailbox.id, bits, {
    ...{ kind: 'text', kinds },
    slices: bits.map((_, index) => index),
  });
  return { covered, uids: [...uids] };
}

const uidsWith = (word: string, from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
    (uid) => WORDS[(uid - 1) % 7] === word,
  );

const blocksOf = (mailbox: Mailbox) =>
  office.db.query<{ id: number; firstUid: number; lastUid: number }>({
    text: `select id, first_uid as "firstUid", last_uid as "lastUid" from store.search_block where mailbox_id = $1 order by first_uid`,
    values: [mailbox.id],
  });

test('a mailbox with 256 messages gets a block, a smaller one none; what came after it is left to who searches', async () => {
  const [small, large] = [await newMailbox('small'), await newMailbox('large')];
  await fill(small, 255);
  await fill(large, 256);
  expect(await make()).toBe(256);
  expect(await candidates(small, 'invoice', ROW.body)).toEqual({ covered: [], uids: [] });
  await fill(large, 100);
  expect(await make()).toBe(0);
  expect(await candidates(large, 'договор', ROW.body)).toEqual({
    covered: [{ firstUid: 1, lastUid: 256 }],
    uids: uidsWith('договор', 1, 256),
  });
  expect((await candidates(large, 'no such word', ROW.body | ROW.header)).uids).toEqual([]);
});

test('small blocks are joined, and tell the same', async () => {
  const mailbox = await newMailbox('joined');
  for (let round = 0; round < 8; round++) {
    await fill(mailbox, 259);
    expect(await make()).toBe(259);
    expect(await candidates(mailbox, 'отпуск', ROW.body)).toEqual({
      covered: [{ firstUid: 1, lastUid: (round + 1) * 259 }],
      uids: uidsWith('отпуск', 1, (round + 1) * 259),
    });
  }
  const blocks = await blocksOf(mailbox);
  expect(blocks).toHaveLength(1);
  const left = await office.db.query({
    text: 'select 1 from store.search_slices where block_id not in (select id from store.search_block)',
  });
  expect(left).toEqual([]);
});

test('a maker that is stopped leaves whole blocks, and the next one goes on behind them; two at once make none twice', async () => {
  const mailbox = await newMailbox('resumed');
  await fill(mailbox, 1200);
  const stop = new AbortController();
  const stopped = make(stop.signal);
  await eventually(async () => (await blocksOf(mailbox)).length > 0);
  stop.abort();
  await stopped.catch(() => undefined);
  const before = await blocksOf(mailbox);
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(3);
  await Promise.all([make(), make()]);
  await make();
  const after = await blocksOf(mailbox);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.at(-1)?.lastUid).toBeGreaterThan(1200 - 256);
  expect((await candidates(mailbox, 'holiday', ROW.body)).uids).toEqual(
    uidsWith('holiday', 1, after.at(-1)?.lastUid ?? 0),
  );
});

test('while another replica is at it, nothing is done', async () => {
  const mailbox = await newMailbox('taken');
  await fill(mailbox, 256);
  await asIndexMaker(office.db, async () => {
    expect(await make()).toBe(0);
  });
  expect(await make()).toBe(256);
});

test('a block with a part that is missing covers nothing; one that is missing, of an older version or hollow is made anew or goes', async () => {
  const mailbox = await newMailbox('damaged');
  await fill(mailbox, 1000);
  await make();
  const blocks = await blocksOf(mailbox);
  expect(blocks.length).toBeGreaterThan(1);
  const whole = await candidates(mailbox, 'meeting', ROW.body);
  const first = blocks[0]?.id;
  await office.db.query({ text: 'delete from store.search_slices where block_id = $1', values: [first] });
  const { covered } = await candidates(mailbox, 'meeting', ROW.body);
  expect(covered).toEqual([{ firstUid: blocks[1]?.firstUid, lastUid: blocks.at(-1)?.lastUid }]);
  await office.db.query({ text: 'delete from store.search_block where id = $1', values: [first] });
  await make();
  expect(await candidates(mailbox, 'meeting', ROW.body)).toEqual(whole);
  await office.db.query({
    text: 'update store.search_block set version = 0 where mailbox_id = $1',
    values: [mailbox.id],
  });
  expect((await candidates(mailbox, 'meeting', ROW.body)).covered).toEqual([]);
  await make();
  expect(await candidates(mailbox, 'meeting', ROW.body)).toEqual(whole);
  const { firstUid = 0, lastUid = 0 } = blocks[0] ?? {};
  const gone = Array.from({ length: lastUid - firstUid + 1 }, (_, index) => firstUid + index);
  await Array.fromAsync(expungeMessages(office.db, mailbox.id, gone));
  await make();
  expect((await blocksOf(mailbox))[0]?.firstUid).toBe(lastUid + 1);
  await deleteMailbox(office.db, office.accounts.anna, 'damaged');
  await make();
  expect(await blocksOf(mailbox)).toEqual([]);
});

test('messages whose texts are to be made anew wait for it', async () => {
  const mailbox = await newMailbox('old');
  await fill(mailbox, 600);
  await office.db.query({
    text: `update store.content set texts_version = 0 where id =
      (select content_id from store.message where mailbox_id = $1 and uid = 300)`,
    values: [mailbox.id],
  });
  await make();
  expect((await blocksOf(mailbox)).at(-1)?.lastUid).toBe(299);
  await office.db.query({ text: 'update store.content set texts_version = 9 where texts_version = 0' });
  await make();
  expect((await blocksOf(mailbox)).at(-1)?.lastUid).toBe(600);
});
