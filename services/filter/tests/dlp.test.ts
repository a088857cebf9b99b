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
