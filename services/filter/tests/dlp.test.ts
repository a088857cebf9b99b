// filter-dlp as a whole: rules and protected documents of the database, mails through it, and what becomes of them.
import { dlpDefinition } from '@pochtar/bus';
import { Threads } from '@pochtar/dlp';
import { addDocument, listIncidents, removeRule, saveRule } from '@pochtar/store/dlp';
import type { NewMail } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Installation, installation } from './installation.ts';

let at: Installation;

beforeAll(async () => {
  at = await installation();
  await at.start('dlp');
  await at.db.query({
    text: `insert into directory.domain (name) values ('example.test') on conflict do nothing`,
  });
});
afterAll(() => at[Symbol.asyncDispose]());
beforeEach(async () => {
  await at.db.query({ text: 'delete from dlp.rule' });
  await at.db.query({ text: 'update dlp.state set revision = revision + 1' });
  await at.db.query({ text: 'delete from dlp.incident' });
  await at.set('misc', { useDlp: true });
  await at.set('dlp', {
    defaultAction: 'quarantine',
    onUnscannable: 'hold',
    maxFileSizeMb: 25,
    thresholdPercent: 30,
  });
});

const CARD = { kind: 'detector', detector: 'bankCard' };
const FRONT =
  'Return-Path: <a@b>\r\nReceived: from x by y\r\nFrom: Sender <sender@remote.test>\r\nSubject: x\r\n';
const WITH_CARD = `${FRONT}\r\nMy card is 4111 1111 1111 1111.\r\n`;
const LOCKED = `${FRONT}\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n`;

async function rule(name: string, definition: object): Promise<void> {
  const whole = dlpDefinition.parse(definition);
  const saved = { name, isOn: true, position: 1, definition: whole, author: 'test' };
  expect(await saveRule(at.db, saved, null)).toBe('saved');
}

async function judged(mail: string, changed: Partial<NewMail> = {}): Promise<Record<string, unknown>[]> {
  const id = await at.accept(mail, { slip: ['dlp'], step: 'dlp', ...changed });
  await at.bus.publishStep('dlp', id);
  await eventually(async () => expect(await at.verdicts(id)).not.toEqual([]), { timeout: 25_000 });
  return at.db.query({
    text: `select recipient, result, reason, encode(prefix, 'escape') as prefix from queue.verdict
      where mail_id = $1 order by recipient`,
    values: [id],
  });
}

const incidents = () => listIncidents(at.db, 'all', { limit: 10 });

/** The settings are followed live: judged again until the new ones are known. */
async function becomes(mail: string, result: object): Promise<void> {
  await eventually(async () => expect(await judged(mail)).toMatchObject([result]), { timeout: 25_000 });
}

describe('a rule', () => {
  test('holds a mail for approval with its reason, and notes who, what and a masked excerpt', async () => {
    await rule('Cards', { conditions: [CARD], action: 'quarantine', reason: 'ask the bank' });
    expect(await judged(WITH_CARD)).toEqual([
      { recipient: '', result: 'quarantine', reason: 'DLP rule “Cards”: ask the bank', prefix: null },
    ]);
    const [incident] = await incidents();
    expect(incident).toMatchObject({
      ...{
        rule: 'Cards',
        action: 'quarantine',
        sender: 'sender@remote.test',
        recipients: ['anna@example.test'],
      },
      found: [{ what: 'bankCard', count: 1, excerpts: ['My card is •••• •••• •••• ••11.'] }],
    });
    expect(JSON.stringify(incident)).not.toContain('4111');
  });

  test('counts for the next mail as soon as it is saved, and no longer when it is removed', async () => {
    expect(await judged(WITH_CARD)).toMatchObject([{ result: 'accept' }]);
    await rule('Cards', { conditions: [CARD], action: 'reject' });
    expect(await judged(WITH_CARD)).toMatchObject([
      { result: 'reject', reason: expect.stringContaining('Cards') },
    ]);
    expect(await removeRule(at.db, 'cards')).toBe(true);
    expect(await judged(WITH_CARD)).toMatchObject([{ result: 'accept' }]);
  });

  test('of one direction or one recipient is for that one alone: each recipient gets what is his', async () => {
    await rule('Out', { conditions: [CARD], directions: ['outgoing'], action: 'quarantine' });
    await rule('Boss', { conditions: [CARD], recipients: ['boss@example.test'], action: 'tag' });
    const recipients = ['anna@example.test', 'boss@example.test', 'x@example.test', 'you@far.test'];
    const verdicts = await judged(WITH_CARD, {
      origin: 'submitted',
      recipients: recipients.map((address) => ({ address })),
    });
    expect(verdicts).toMatchObject([
      { recipient: '', result: 'accept', prefix: null },
      {
        recipient: 'boss@example.test',
        result: 'accept',
        prefix: expect.stringMatching(/^X-Pochtar-Dlp: found;/),
      },
      { recipient: 'you@far.test', result: 'quarantine' },
    ]);
    expect((await incidents()).map(({ rule: name, recipients: to }) => [name, to])).toEqual([
      ['Out', ['you@far.test']],
      ['Boss', ['boss@example.test']],
    ]);
  });

  test('needs all of its conditions', async () => {
    const words = { kind: 'words', terms: ['договор', 'оклад', 'премия'], least: 2 };
    await rule('Both', { conditions: [CARD, words], action: 'reject' });
    expect(await judged(WITH_CARD)).toMatchObject([{ result: 'accept' }]);
    expect(await judged(`${WITH_CARD}О премиях и окладах\r\n`)).toMatchObject([{ result: 'reject' }]);
  });
});

describe('a tag in the subject', () => {
  const tagged = { conditions: [CARD], action: 'tag', subjectTag: '[Секрет]' };
  const subjectOf = (prefix: unknown) => /^Subject: .*$/m.exec(String(prefix))?.[0].trim();

  test('is put in front of it in encoded words, and the old field is left out', async () => {
    await rule('Cards', tagged);
    const [verdict] = await judged(WITH_CARD);
    expect(subjectOf(verdict?.['prefix'])).toBe('Subject: =?UTF-8?B?W9Ch0LXQutGA0LXRgl0geA==?=');
    const [row] = await at.db.query<{ removed: string[] }>({
      text: `select removed from queue.verdict where prefix is not null order by at desc limit 1`,
    });
    const start = WITH_CARD.indexOf('Subject: x');
    expect(row?.removed.map(Number)).toEqual([start, start + 'Subject: x\r\n'.length]);
  });

  test('is not put there twice, and is not there for recipients whose mail is not tagged', async () => {
    await rule('Cards', { ...tagged, subjectTag: '[X]', recipients: ['boss@example.test'] });
    const answer = WITH_CARD.replace('Subject: x', 'Subject: Re: [X] x');
    const recipients = ['anna@example.test', 'boss@example.test'].map((address) => ({ address }));
    const [, again] = await judged(answer, { recipients });
    expect(subjectOf(again?.['prefix'])).toBeUndefined();
    const [anna, boss] = await judged(WITH_CARD, { recipients });
    expect(anna).toMatchObject({ recipient: '', prefix: null });
    expect(subjectOf(boss?.['prefix'])).toBe('Subject: [X] x');
  });

  test('that only some recipients would see is left out of a mail that is signed: the signature is for all', async () => {
    await rule('Cards', { ...tagged, recipients: ['boss@example.test'] });
    const recipients = ['anna@example.test', 'boss@example.test'].map((address) => ({ address }));
    const [, boss] = await judged(WITH_CARD, { recipients, slip: ['dlp', 'dkim'], origin: 'submitted' });
    expect(boss?.['prefix']).toMatch(/^X-Pochtar-Dlp: found;/);
    expect(subjectOf(boss?.['prefix'])).toBeUndefined();
  });
});

describe('a copy for an auditor', () => {
  const copied = { conditions: [CARD], action: 'reject', copyTo: 'Audit@Far.test' };
  const copies = () =>
    at.db.query<{ id: string; address: string }>({
      text: `select m.id, m.reverse_path, m.slip, m.step, m.size::int, r.address, r.notify, c.length::int
        from queue.mail m join queue.recipient r on r.mail_id = m.id join store.content c on c.id = m.content_id
        where r.notify = 'NEVER' order by m.id`,
    });
  beforeEach(() => at.db.query({ text: `delete from queue.mail where reverse_path = ''` }));
  beforeEach(() => at.db.query({ text: `delete from queue.recipient where notify = 'NEVER'` }));

  test('is the whole mail, without a sender and without notices, on its way past the filters, whatever becomes of the mail', async () => {
    await rule('Cards', copied);
    const bytes = Buffer.byteLength(WITH_CARD);
    expect(await judged(WITH_CARD)).toMatchObject([{ result: 'reject' }]);
    expect(await copies()).toMatchObject([
      {
        ...{ reverse_path: '', slip: [], step: 'deliver', size: bytes, length: bytes },
        ...{ address: 'audit@far.test', notify: 'NEVER' },
      },
    ]);
  });

  test('is one, however often the mail is judged and however many rules ask for it', async () => {
    await rule('Cards', copied);
    await rule('More', { ...copied, copyTo: 'audit@far.test' });
    const id = await at.accept(WITH_CARD, { slip: ['dlp'], step: 'dlp' });
    await at.bus.publishStep('dlp', id);
    await eventually(async () => expect(await copies()).toHaveLength(1), { timeout: 25_000 });
    await at.db.query({
      text: `update queue.mail set step = 'dlp', generation = generation + 1 where id = $1`,
      values: [id],
    });
    await at.bus.publishStep('dlp', id);
    await eventually(async () => {
      const [row] = await at.db.query<{ count: number }>({
        text: 'select count(*)::int from queue.verdict where mail_id = $1',
        values: [id],
      });
      expect(row?.count).toBe(2);
    });
    expect(await copies()).toHaveLength(1);
  });

  test('is not made for an auditor who gets the mail itself, and is when he would not', async () => {
    await rule('Cards', { ...copied, action: 'log', copyTo: 'anna@example.test' });
    await judged(WITH_CARD);
    expect(await copies()).toEqual([]);
    await rule('Reject', { conditions: [CARD], action: 'reject' });
    await judged(WITH_CARD);
    expect(await copies()).toMatchObject([{ address: 'anna@example.test' }]);
  });

  test('has what the scan for viruses said of the mail, so that nothing passes that would not otherwise', async () => {
    await rule('Cards', copied);
    const id = await at.accept(WITH_CARD, { slip: ['antivirus', 'dlp'], step: 'dlp' });
    await at.db.query({
      text: `insert into queue.verdict (mail_id, filter, generation, recipient, result, reason)
        select id, 'antivirus', generation, '', 'quarantine', 'Eicar' from queue.mail where id = $1`,
      values: [id],
    });
    await at.bus.publishStep('dlp', id);
    await eventually(async () => expect(await copies()).toHaveLength(1), { timeout: 25_000 });
    const [copy] = await copies();
    expect(copy).toMatchObject({ slip: ['antivirus'] });
    const said = await at.db.query({
      text: `select v.filter, v.result from queue.verdict v join queue.mail m on m.id = v.mail_id and
        m.generation = v.generation where m.id = $1`,
      values: [copy?.id],
    });
    expect(said).toEqual([{ filter: 'antivirus', result: 'quarantine' }]);
  });
});

test('dlp.defaultAction: what becomes of a find of a rule without an action of its own', async () => {
  await rule('Cards', { conditions: [CARD] });
  await becomes(WITH_CARD, { result: 'quarantine' });
  await at.set('dlp', { defaultAction: 'reject' });
  await becomes(WITH_CARD, { result: 'reject' });
  await at.set('dlp', { defaultAction: 'log' });
  await becomes(WITH_CARD, { result: 'accept', prefix: null, reason: 'DLP rule “Cards”' });
});

test('dlp.onUnscannable: what nobody could look at is held, tagged or returned', async () => {
  await rule('Size', { conditions: [{ kind: 'size', overMb: 100 }] });
  // Nothing is looked for in it.
  expect(await judged(LOCKED)).toMatchObject([{ result: 'accept', reason: 'nothing found' }]);
  await rule('Cards', { conditions: [CARD], action: 'log' });
  await becomes(LOCKED, { result: 'quarantine', reason: expect.stringContaining('could not look') });
  await at.set('dlp', { onUnscannable: 'deliverTagged' });
  await becomes(LOCKED, { result: 'accept', prefix: expect.stringContaining('could not look') });
  await at.set('dlp', { onUnscannable: 'bounce' });
  await becomes(LOCKED, { result: 'reject' });
  expect((await incidents())[0]).toMatchObject({
    rule: '',
    found: [{ what: 'unread', excerpts: ['a part: encrypted'] }],
  });
});

test('dlp.maxFileSizeMb: a larger file was not looked at', async () => {
  await rule('Cards', { conditions: [CARD], action: 'log' });
  const large = `${FRONT}\r\n${'a line of many words and more\r\n'.repeat(40_000)}`;
  await becomes(large, { result: 'accept' });
  await at.set('dlp', { maxFileSizeMb: 1 });
  await becomes(large, { result: 'quarantine', reason: expect.stringContaining('tooLarge') });
});

test('dlp.thresholdPercent: how much of a protected document has to be in a mail', async () => {
  const words = Array.from({ length: 400 }, (_, index) => `слово${index * 13}`);
  await using threads = new Threads();
  const document = Buffer.from(words.join(' '));
  const print = await threads.readDocument(
    { document, name: 'plan', limits: {} },
    AbortSignal.timeout(20_000),
  );
  if (typeof print === 'string') throw new Error(print);
  const row = { name: 'Plan', comment: '', words: print.words, bytes: document.length, author: 'test' };
  expect(await addDocument(at.db, row, print.marks)).toBe('added');
  await rule('Documents', { conditions: [{ kind: 'documents' }], action: 'reject' });
  const half = words
    .slice(100, 300)
    .join(' ')
    .replace(/(.{60}\S*) /g, '$1\r\n');
  const mail = `${FRONT}Content-Type: text/plain; charset=utf-8\r\n\r\n${half}\r\n`;
  await becomes(mail, { result: 'reject' });
  const [incident] = await incidents();
  expect(incident?.found[0]?.excerpts[0]).toMatch(/^Plan, 5\d %: .*слово/);
  await at.set('dlp', { thresholdPercent: 60 });
  await becomes(mail, { result: 'accept', reason: 'nothing found' });
});

test('what was to be looked at when it came is looked at, also when DLP was switched off since', async () => {
  await rule('Cards', { conditions: [CARD], action: 'reject' });
  await at.set('misc', { useDlp: false });
  await becomes(WITH_CARD, { result: 'reject' });
});
