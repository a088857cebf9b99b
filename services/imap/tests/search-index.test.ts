// Searches in a mailbox of which signatures say where not to look (ADR 41): they find the same, and read little.
import { Turn } from '@pochtar/runtime';
import type { BlobStore } from '@pochtar/store/blob';
import {
  appendMessages,
  fetchMessages,
  findMailbox,
  insertBlock,
  type Mailbox,
  makeBlock,
  type NewMessage,
  type SignedMessage,
  signMessage,
} from '@pochtar/store/mailbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation, storedMessage } from './installation.ts';

const INDEXED = 400;
const ALL = 420;
const WORDS = [
  'invoice',
  'договор',
  'meeting',
  'отпуск',
  'quarterly',
  'Совещание',
  'holiday',
  'ёлка',
  'café',
  'страница',
];

let imap: Installation;
let client: ImapClient;
let mailbox: Mailbox;
/** Reads of bodies. */
let reads = 0;

function mailOf(index: number): Buffer {
  const [text, subject] = [WORDS[index % 10] ?? '', WORDS[(index + 3) % 10] ?? ''];
  const lines = [
    `From: =?utf-8?B?${Buffer.from(`Борис ${index % 7}`).toString('base64')}?= <boris${index % 7}@demo.test>`,
    `Subject: =?utf-8?B?${Buffer.from(`${subject} ${index}`).toString('base64')}?=`,
    `Date: ${(index % 28) + 1} Feb 2026 23:30:00 -0700`,
    `X-Number: ${index}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(`about ${text} and number ${index}x`).toString('base64'),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

function counting(blobs: BlobStore): BlobStore {
  return {
    ...blobs,
    read: (...parameters) => {
      reads++;
      return blobs.read(...parameters);
    },
    readStream: (...parameters) => {
      reads++;
      return blobs.readStream(...parameters);
    },
  };
}

beforeAll(async () => {
  imap = await startInstallation();
  mailbox = (await findMailbox(imap.db, imap.accounts['anna'] as number, 'INBOX')) as Mailbox;
  const messages: NewMessage[] = [];
  for (let index = 1; index <= ALL; index++) messages.push(await storedMessage(imap.blobs, mailOf(index)));
  await appendMessages(imap.db, mailbox.id, messages);
  imap.server.blobs = counting(imap.server.blobs);
  client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, 'anna');
});
afterAll(() => {
  client[Symbol.dispose]();
  return imap[Symbol.asyncDispose]();
});

async function makeSignatures(): Promise<void> {
  const uids = Array.from({ length: INDEXED }, (_, at) => at + 1);
  const messages: SignedMessage[] = [];
  for await (const page of fetchMessages(imap.db, mailbox.id, uids, ['parts', 'stored'])) {
    for (const [at, uid] of page.uids.entries()) {
      const content = page.contents[at] as (typeof page.contents)[number];
      messages.push({ uid, rows: await signMessage(imap.blobs, content, new Turn()) });
    }
  }
  await insertBlock(imap.db, mailbox.id, makeBlock(1, INDEXED, messages));
}

async function found(keys: string): Promise<{ numbers: number[]; reads: number }> {
  reads = 0;
  const [response = ''] = await client.ok(`SEARCH CHARSET UTF-8 ${Buffer.from(keys).toString('latin1')}`);
  return { numbers: response.split(' ').slice(2).map(Number), reads };
}

const numbers = (isMeant: (index: number) => boolean): number[] =>
  Array.from({ length: ALL }, (_, at) => at + 1).filter(isMeant);
const isAbout = (word: string) => (at: number) => WORDS[at % 10] === word;
const isCalled = (word: string) => (at: number) => WORDS[(at + 3) % 10] === word;

/** Keys, what they find, and how many bodies may be read for it at most once there are signatures. */
const searches: [string, number[], number][] = [
  ['BODY "ДОГОВОР"', numbers(isAbout('договор')), 110],
  ['BODY "догов"', numbers(isAbout('договор')), 110],
  ['TEXT "совещание"', numbers((at) => isAbout('Совещание')(at) || isCalled('Совещание')(at)), 250],
  ['SUBJECT "ЁЛКА"', numbers(isCalled('ёлка')), 0],
  ['SUBJECT "е\u0308лка"', numbers(isCalled('ёлка')), 0],
  ['BODY "cafe\u0301"', numbers(isAbout('café')), 110],
  ['SUBJECT "число"', [], 0],
  ['TEXT "nowhere at all"', [], 45],
  ['FROM "борис 3"', numbers((at) => at % 7 === 3), 0],
  ['FROM "boris3@demo.test"', numbers((at) => at % 7 === 3), 0],
  ['HEADER X-Number 17', numbers((at) => String(at).includes('17')), 460],
  ['HEADER X-Number ""', numbers(() => true), 460],
  ['BODY "number 4"', numbers((at) => String(at).startsWith('4')), 460],
  ['BODY "4x"', numbers((at) => at % 10 === 4), 900],
  ['NOT BODY "about"', [], 900],
  [
    'NOT BODY "договор" SUBJECT "meeting"',
    numbers((at) => isCalled('meeting')(at) && !isAbout('договор')(at)),
    80,
  ],
  [
    'OR BODY "quarterly" SUBJECT "holiday"',
    numbers((at) => isAbout('quarterly')(at) || isCalled('holiday')(at)),
    200,
  ],
  ['OR BODY "quarterly" SMALLER 1', numbers(isAbout('quarterly')), 900],
  ['BODY "quarterly" SENTON 5-Feb-2026', numbers((at) => isAbout('quarterly')(at) && at % 28 === 4), 110],
  ['415:* BODY "отпуск"', numbers((at) => at >= 415 && isAbout('отпуск')(at)), 10],
];

describe('the same is found with signatures and without them, and at the end that nobody has looked at', () => {
  test.each(searches)('without: %s', async (keys, wanted) => {
    expect((await found(keys)).numbers).toEqual(wanted);
  });

  test.each(searches)('with: %s', async (keys, wanted, most) => {
    if ((await imap.db.query({ text: 'select 1 from store.search_block' })).length === 0)
      await makeSignatures();
    const result = await found(keys);
    expect(result.numbers).toEqual(wanted);
    expect(result.reads).toBeLessThanOrEqual(most);
  });

  test('what has been expunged is not found, and what signatures let through and is not meant neither', async () => {
    await client.ok('STORE 1:40 +FLAGS.SILENT (\\Deleted)');
    await client.ok('EXPUNGE');
    expect((await found('BODY "договор"')).numbers).toEqual(
      numbers((at) => at > 40 && isAbout('договор')(at)).map((at) => at - 40),
    );
  });

  test('without a part of its slices a block is read', async () => {
    await imap.db.query({ text: 'delete from store.search_slices where part % 2 = 0' });
    const { numbers: left, reads: all } = await found('BODY "договор"');
    expect(left).toEqual(numbers((at) => at > 40 && isAbout('договор')(at)).map((at) => at - 40));
    expect(all).toBeGreaterThan(300);
  });
});
