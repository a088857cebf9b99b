// What the command line prints of the overview; what is answered is the affair of delivery and settings.
import {
  adminOverview,
  answerAdmin,
  type Bus,
  connectBus,
  done,
  type MailOverview,
  type Remark,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pochtar } from './command-line.ts';

let nats: TestNats;
const buses: Bus[] = [];
let remarks: Remark[] = [];

const none = { accepted: 0, refused: 0, putOff: 0, delivered: 0, relayed: 0, returned: 0, deferred: 0 };
const day = { ...none, accepted: 12, delivered: 11, refused: 4 };
const mail: MailOverview = {
  hours: [
    { hour: '2027-01-31T10:00:00.000Z', ...none },
    { hour: '2027-01-31T11:00:00.000Z', ...day },
  ],
  countedAt: '2027-01-31T11:59:30.000Z',
  day,
  weekBefore: null,
  queue: { waiting: 10_000, isMore: true, oldestAt: '2027-01-30T11:00:00.000Z', held: 2 },
  reasons: [{ reply: '550 5.1.1 \u001b[31mno such mailbox', count: 4 }],
  disk: null,
  remarks: [],
};

beforeAll(async () => {
  nats = await startTestNats();
  const answering = async (user: string) => {
    const bus = await connectBus({
      url: nats.url,
      user,
      password: nats.password,
      name: 't',
      log: silentLogger(),
    });
    buses.push(bus);
    return { bus, audit: { begin: async () => ({ end: async () => {} }) }, isStanding: async () => true };
  };
  answerAdmin(await answering('delivery'), adminOverview.mail, async () => done(mail));
  answerAdmin(await answering('settings'), adminOverview.server, async () =>
    done({ domains: 1, accounts: 3, remarks }),
  );
  await Promise.all(buses.map((bus) => bus.connection.flush()));
});
afterAll(async () => {
  for (const bus of buses) await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const run = (...words: string[]) => pochtar(nats.env('ctl'), ['overview', ...words]);

test('without remarks it says so, then the queue, the hours that had mail, and why mail was refused', async () => {
  const { code, stdout } = await run();
  expect(code).toBe(0);
  expect(stdout).toContain('nothing needs attention');
  expect(stdout).toMatch(/In the queue +10000\+/);
  expect(stdout.match(/2027-01-31 \d\d:00/g)).toHaveLength(1);
  expect(stdout).toMatch(/4 +550 5\.1\.1 \ufffd\[31mno such mailbox/);
});

test('a remark stands first, with what to do', async () => {
  const text = { ru: 'программа imap не запущена', en: 'the program imap does not run' };
  const advice = { ru: 'запустите её', en: 'start it' };
  remarks = [{ code: 'processAbsent', tone: 'danger', message: text, advice, to: '/processes' }];
  const { stdout } = await run();
  expect(stdout).toMatch(/^BAD +the program imap does not run\n +start it\n/);
});

test('--json is both answers as they are', async () => {
  const { stdout } = await run('--json');
  expect(JSON.parse(stdout)).toEqual({ mail, server: { domains: 1, accounts: 3, remarks } });
});
