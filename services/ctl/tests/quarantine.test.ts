// pochtar quarantine, with something that answers in the place of delivery by the same schemas.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  adminQuarantine,
  answerAdmin,
  type Bus,
  connectBus,
  done,
  QUARANTINE_PIECE,
  type QuarantinedMail,
  refused,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, temporaryDirectory, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pochtar } from './command-line.ts';

let nats: TestNats;
let delivery: Bus;
const asked: unknown[] = [];
const id = '019ab000-0000-7000-8000-000000000001';
const time = '2027-01-31T12:00:00.000Z';
const held: QuarantinedMail = {
  ...{ mail: id, acceptedAt: time, heldAt: time, expiresAt: null, reversePath: '', origin: 'incoming' },
  ...{ size: 2048, subject: 'bait \u001b[31m', filter: 'antivirus', reason: 'antivirus: Eicar' },
  ...{ recipientCount: 5, recipients: ['anna@demo.test'] },
};
const content = Buffer.alloc(QUARANTINE_PIECE + 10, 'a\r\n');

beforeAll(async () => {
  nats = await startTestNats();
  const { url, password } = nats;
  delivery = await connectBus({ url, user: 'delivery', password, name: 't', log: silentLogger() });
  const answering = {
    bus: delivery,
    audit: { begin: async () => ({ end: async () => {} }) },
    isStanding: async () => true,
  };
  answerAdmin(answering, adminQuarantine.list, async (request) => {
    asked.push(request);
    return done({ mails: [held], total: 10_000, isTotalExact: false, next: id });
  });
  answerAdmin(answering, adminQuarantine.show, async ({ mail }) => {
    if (mail !== id) return refused('notFound', 'mail', 'нет', 'no such mail');
    const verdicts = [{ filter: 'antivirus', result: 'quarantine', reason: 'Eicar', at: time }];
    const header = [{ name: 'Subject', value: 'bait' }];
    return done({ mail: held, clientAddress: '192.0.2.1', helo: 'h', verdicts, header, isHeaderCut: false });
  });
  answerAdmin(answering, adminQuarantine.read, async () => {
    asked.push('read');
    return done({
      texts: [{ type: 'text/html', name: '', text: 'click\n\u001b[2J', isCut: true }],
      attachments: [{ name: 'a.zip', type: 'application/zip', size: 1536 }],
      isCut: false,
    });
  });
  answerAdmin(answering, adminQuarantine.content, async ({ mail, offset }) => {
    if (mail !== id) return refused('notFound', 'mail', 'нет', 'no such mail');
    const piece = content.subarray(offset, offset + QUARANTINE_PIECE);
    return done({ piece: piece.toString('base64'), size: content.length });
  });
  for (const verb of ['release', 'approve', 'delete'] as const) {
    answerAdmin(answering, adminQuarantine[verb] as typeof adminQuarantine.release, async (request) => {
      asked.push({ verb, ...request });
      return done({ done: [id], skipped: [], unknown: [], complaints: [] });
    });
  }
  await delivery.connection.flush();
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const run = (words: string[]) => pochtar(nats.env('ctl'), words);

test('the list takes its filters, says how to go on, and foreign text cannot move the cursor', async () => {
  const words = ['quarantine', 'list', '--filter', 'antivirus', '--sender', 'a', '--recipient', 'b'];
  const { code, stdout, stderr } = await run([...words, '--since', '2027-01-01T00:00:00Z', '--limit', '7']);
  expect(code).toBe(0);
  expect(asked.at(-1)).toEqual({
    ...{ filter: 'antivirus', sender: 'a', recipient: 'b', since: '2027-01-01T00:00:00.000Z', limit: 7 },
  });
  expect(stdout).toMatch(/antivirus\s+<>\s+anna@demo\.test \+4\s+bait/);
  expect(stdout).not.toContain('\u001b');
  expect(stderr).toContain('in all: more than 10000');
  expect(stderr).toContain(`--after ${id}`);
  const { stdout: json } = await run(['quarantine', 'list', '--json']);
  expect(JSON.parse(json)).toMatchObject({ mails: [{ mail: id }], total: 10_000 });
});

test('a mail is shown with its header; its texts only when they are asked for, since that is logged', async () => {
  asked.length = 0;
  const plainly = await run(['quarantine', 'show', id]);
  expect(plainly.stdout).toMatch(/antivirus\s+quarantine\s+Eicar/);
  expect(plainly.stdout).toContain('Subject: bait');
  expect(asked).toEqual([]);
  const { stdout } = await run(['quarantine', 'show', id, '--text']);
  expect(asked).toEqual(['read']);
  expect(stdout).toContain('--- text/html\n  click\n  \ufffd[2J\n[there is more]');
  expect(stdout).toMatch(/a\.zip\s+application\/zip\s+1\.5K/);
  expect((await run(['quarantine', 'show', id.replace('1', '2')])).code).toBe(1);
});

test('a download is the mail octet by octet, writes over no file, and leaves none of a mail that is not there', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'bait.eml');
  expect(await run(['quarantine', 'download', id, path])).toMatchObject({ code: 0 });
  expect(readFileSync(path).equals(content)).toBe(true);
  expect((await run(['quarantine', 'download', id, path])).code).toBe(2);
  const other = join(directory.path, 'other.eml');
  expect((await run(['quarantine', 'download', id.replace('1', '2'), other])).code).toBe(1);
  expect(existsSync(other)).toBe(false);
});

test('a release names filter and recipient, an approval its comment; deleting has to be confirmed', async () => {
  await run(['quarantine', 'release', id, '--filter', 'dlp', '--recipient', 'anna@demo.test']);
  expect(asked.at(-1)).toEqual({ verb: 'release', mails: [id], filter: 'dlp', recipient: 'anna@demo.test' });
  await run(['quarantine', 'approve', id, '--comment', 'known']);
  expect(asked.at(-1)).toEqual({ verb: 'approve', mails: [id], comment: 'known' });
  for (const words of [[], ['--comment', ' ']]) {
    const silent = await run(['quarantine', 'approve', id, ...words]);
    expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining('--comment') });
  }
  expect(asked.at(-1)).toMatchObject({ comment: 'known' });
  const unsure = await run(['quarantine', 'delete', id]);
  expect(unsure).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  expect((await run(['quarantine', 'delete', id, '--yes'])).stdout).toBe(`${id}\n`);
  expect(asked.at(-1)).toEqual({ verb: 'delete', mails: [id] });
});
