// What the command line asks of the routes of single domains, and prints; what is answered is the affair of delivery.
import {
  adminRoutes,
  answerAdmin,
  type Bus,
  connectBus,
  done,
  type RouteInfo,
  testResult,
  withProgress,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pochtar } from './command-line.ts';

const partner: RouteInfo = {
  ...{
    domain: '.partner.test',
    host: 'fd00::1',
    port: 587,
    tls: 'starttls',
    isVerified: true,
    username: 'us',
  },
  ...{ hasPassword: true, maxConnections: 2, perMinute: null, comment: 'by contract', isOn: true },
  ...{ author: 'ctl:root', changedAt: '2027-01-31T10:00:00.000Z' },
};
let asked: object[] = [];
let nats: TestNats;
let delivery: Bus;

beforeAll(async () => {
  nats = await startTestNats();
  delivery = await connectBus({
    ...{ url: nats.url, user: 'delivery', password: nats.password, name: 'delivery', log: silentLogger() },
  });
  const tools = {
    bus: delivery,
    audit: { begin: async () => ({ end: async () => {} }) },
    isStanding: async () => true,
  };
  answerAdmin(tools, adminRoutes.list, async () => done({ routes: [partner], next: null }));
  answerAdmin(tools, adminRoutes.save, async (request) => {
    asked.push(request);
    const { former: _, password: _password, ...route } = request;
    return done({ route: { ...partner, ...route } });
  });
  answerAdmin(tools, adminRoutes.remove, async () => done({ removed: partner }));
  answerAdmin(tools, adminRoutes.test, async ({ progress = '', ...request }) => {
    asked.push(request);
    const verdict = await withProgress(delivery, progress, 1000, async ({ report }) => {
      report({ at: partner.changedAt, step: 'client', text: { ru: 'C: EHLO', en: 'C: EHLO' } });
      return testResult.bad('нет', 'it does not work');
    });
    return done(verdict);
  });
  await delivery.connection.flush();
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const run = (words: string, stdin = '') => pochtar(nats.env('ctl'), words.split(' '), stdin);

test('a list shows where each domain goes', async () => {
  expect((await run('route list')).stdout).toMatch(
    /\.partner\.test +\[fd00::1\]:587 +starttls ✓ +us +2 +by contract/,
  );
});

test('a new route is as its options say, and its password comes by standard input', async () => {
  const words =
    'route add a.test smtp.test --tls smtps --verify --username us --password-stdin --max-connections 3 --per-minute default';
  expect((await run(words, 'a secret word\n')).code).toBe(0);
  expect(asked).toMatchObject([
    {
      ...{ domain: 'a.test', host: 'smtp.test', port: 465, tls: 'smtps', isVerified: true, username: 'us' },
      ...{ password: 'a secret word', maxConnections: 3, perMinute: null, isOn: true },
    },
  ]);
});

test('what is changed of a route is changed, and all else stays', async () => {
  await run('route set .Partner.test. --host b.test --no-login --off --max-connections default');
  const { hasPassword: _, author: _author, changedAt: _at, ...known } = partner;
  expect(asked).toEqual([
    {
      ...{ ...known, host: 'b.test', username: '', isOn: false, maxConnections: null },
      former: '.partner.test',
    },
  ]);
  const missing = await run('route set other.test --off');
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('no route for “other.test”') });
  expect(await run('route set .partner.test --tls maybe')).toMatchObject({ code: 2 });
});

test('a test prints line by line and ends with its verdict; a saved route is tried with its own password', async () => {
  const saved = await run('route test .partner.test');
  expect(saved.stdout).toContain('C: EHLO\n');
  expect(saved.stdout).toMatch(/Not fit: it does not work\n$/);
  expect(saved.code).toBe(6);
  await run('route test new.test b.test --port 2525');
  expect(asked).toMatchObject([
    { domain: '.partner.test', former: '.partner.test', host: 'fd00::1', port: 587, username: 'us' },
    { domain: 'new.test', host: 'b.test', port: 2525, tls: 'opportunistic', username: '' },
  ]);
});

test('a route that was removed is named', async () => {
  expect(await run('route remove .partner.test')).toMatchObject({ code: 0, stdout: '.partner.test\n' });
});
