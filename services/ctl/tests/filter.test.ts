// pochtar filter try: what is asked, and what is printed of the answer; the answer is the affair of settings.
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import {
  adminTryMail,
  answerAdmin,
  type AskedTryMail,
  type Bus,
  connectBus,
  done,
  fetchPieces,
  type TriedMail,
  type TriedVerdict,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, temporaryDirectory, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pochtar } from './command-line.ts';

const MAIL = `Subject: x\r\n\r\n${'x'.repeat(700_000)}\r\n`;
const pass: Omit<TriedVerdict, 'by' | 'reason' | 'ms' | 'recipients'> = {
  code: 'pass',
  text: { ru: 'пропустит', en: 'lets it pass' },
  header: null,
  target: null,
  settings: [],
  rule: null,
};
const answer: TriedMail = {
  ...{ origin: 'incoming', from: 'bob@far.test', to: ['anna@own.test'], client: null, bytes: MAIL.length },
  verdicts: [
    { by: 'smtp', ...pass, ms: 3, reason: 'nothing against it', recipients: [] },
    {
      ...{
        by: 'dkim',
        ...pass,
        ms: 12,
        settings: ['dkim.onDmarcFail'],
        code: 'changes',
        text: { ru: 'пропустит с изменениями', en: 'lets it pass with changes' },
      },
      ...{
        reason: 'dmarc=fail\u001b[31m',
        header: 'X-One: 1\r\nX-Two: 2\r\n',
        target: '\\Junk',
        recipients: [],
      },
    },
    {
      ...{ by: 'dlp', ...pass, ms: null, reason: 'nothing found' },
      recipients: [
        {
          recipient: 'anna@own.test',
          ...pass,
          code: 'hold',
          text: { ru: 'задержит', en: 'holds it' },
          reason: 'Cards',
        },
      ],
    },
  ],
  outcomes: [
    {
      ...{
        code: 'held',
        text: { ru: 'будет задержано', en: 'would be held' },
        recipients: ['anna@own.test'],
      },
      ...{ by: 'dlp', reason: 'Cards', target: null },
    },
  ],
  remarks: [{ code: 'noClient', text: { ru: 'адреса нет', en: 'no address of the client' } }],
};

const asked: { request: AskedTryMail; mail: Buffer }[] = [];
let nats: TestNats;
let settings: Bus;
const dir = temporaryDirectory();
const file = join(dir.path, 'mail.eml');

beforeAll(async () => {
  writeFileSync(file, MAIL);
  nats = await startTestNats();
  const { url, password } = nats;
  settings = await connectBus({ url, user: 'settings', password, name: 'settings', log: silentLogger() });
  const audit = { begin: async () => ({ end: async () => {} }) };
  answerAdmin({ bus: settings, audit, isStanding: async () => true }, adminTryMail.mail, async (request) => {
    asked.push({ request, mail: await fetchPieces(settings, request.mail, 1e8) });
    return done(answer);
  });
  await settings.connection.flush();
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  dir[Symbol.dispose]();
});

const run = (...words: string[]) => pochtar(nats.env('ctl'), ['filter', 'try', ...words]);

test('a line for each filter, the fields that would be added, and what would become of the mail; exit code 0', async () => {
  const { code, stdout } = await run(file);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^bob@far\.test → anna@own\.test$/m);
  expect(stdout).toMatch(/^dkim +lets it pass with changes +12 +dmarc=fail\ufffd\[31m → \\Junk$/m);
  expect(stdout).toMatch(/^ +\+ +X-One: 1\n +\+ +X-Two: 2\n += +dkim\.onDmarcFail$/m);
  expect(stdout).toMatch(/^dlp anna@own\.test +holds it +Cards$/m);
  expect(stdout).toMatch(/^The mail: would be held \(dlp: Cards\)\n- no address of the client$/m);
  expect(JSON.parse((await run(file, '--json')).stdout)).toEqual(answer);
});

test('the whole file, the envelope and the draft reach who answers', async () => {
  asked.length = 0;
  const draft = ['--draft', 'antivirus.onUnscannable=bounce', '--draft', 'misc.useDlp=on'];
  const envelope = ['--from', '<>', '--to', 'a@own.test', '--to', 'b@own.test', '--client', '192.0.2.1'];
  expect(await run(file, '--as', 'submitted', ...envelope, ...draft)).toMatchObject({ code: 0 });
  expect(asked[0]?.mail.toString()).toBe(MAIL);
  expect(asked[0]?.request).toMatchObject({
    ...{ origin: 'submitted', from: '', to: ['a@own.test', 'b@own.test'], client: '192.0.2.1' },
    values: { antivirus: { onUnscannable: 'bounce' }, misc: { useDlp: true } },
  });
});

test('a whole draft is a file, or comes on standard input; one that is too large is refused before anything is asked', async () => {
  asked.length = 0;
  const draft = join(dir.path, 'draft.yaml');
  writeFileSync(draft, 'dkim:\n  onDmarcFail: junk\n');
  expect(await run(file, '--draft-file', draft, '--draft', 'misc.useDlp=on')).toMatchObject({ code: 0 });
  expect(asked[0]?.request).toMatchObject({
    ...{ yaml: 'dkim:\n  onDmarcFail: junk\n', values: { misc: { useDlp: true } } },
  });
  writeFileSync(draft, '#'.repeat(400_001));
  expect(await run(file, '--draft-file', draft)).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('400000 characters') },
  });
  expect(asked).toHaveLength(1);
});

test('a file that is not there, another word behind --as and a mail over the limit are refused before anything is asked', async () => {
  asked.length = 0;
  expect(await run(join(dir.path, 'none'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cannot be read'),
  });
  expect(await run(file, '--as', 'spam')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('submitted'),
  });
  const large = join(dir.path, 'large.eml');
  writeFileSync(large, Buffer.alloc(16 * 1024 * 1024 + 1));
  expect(await run(large)).toMatchObject({ code: 1, stderr: expect.stringContaining('at most 16 MB') });
  expect(asked).toEqual([]);
});
