// Settings that are tried before they are saved, as the settings process answers for them: whole documents of a draft, who
// may, how often, and what is written down.
import {
  adminAudit,
  answerTests,
  askSettingsTest,
  type Bus,
  connectBus,
  type TestEvent,
  testersOf,
  testResult,
  type TestRun,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { testKinds } from '@pochtar/settings';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TESTS_A_MINUTE } from '@pochtar/service';
import { type Running, runService } from './running-service.ts';

let running: Running;
let delivery: Bus;
const runs: TestRun[] = [];
let answer: (run: TestRun) => Promise<ReturnType<typeof testResult.good>>;

beforeAll(async () => {
  running = await runService({ serviceCount: 2 });
  const { url, password } = running.nats;
  delivery = await connectBus({ url, user: 'delivery', password, name: 'delivery', log: silentLogger() });
  answerTests(delivery, 'delivery', {
    relay: (run) => {
      runs.push(run);
      return answer(run);
    },
  });
  await delivery.connection.flush();
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await running[Symbol.asyncDispose]();
});

type Asked = Parameters<typeof askSettingsTest>[2];

async function tried(
  request: Asked,
  { author = 'test:anna', role = 'admin' as const, signal = undefined as AbortSignal | undefined } = {},
) {
  const events: TestEvent[] = [];
  const onEvent = (event: TestEvent): void => void events.push(event);
  const reply = await askSettingsTest(running.bus, { author, role, scope: 'all' }, request, {
    onEvent,
    ...(signal !== undefined && { signal }),
  });
  return { reply, events };
}

const isGood = async (): Promise<ReturnType<typeof testResult.good>> => testResult.good('да', 'yes');

test('a draft is laid over what is saved and reaches the program that would use it; its events come back', async () => {
  answer = async (run) => {
    run.say('line', { ru: 'строка', en: 'a line' }, true);
    return testResult.good('да', 'yes');
  };
  const values = { relay: { host: 'smtp.test', port: 465, smtps: true, authEnabled: true, username: 'us' } };
  const { reply, events } = await tried({
    kind: 'relay',
    values,
    secrets: { relay: { password: 'a secret' } },
  });
  expect(reply).toEqual({ ok: true, result: { verdict: 'good', text: { ru: 'да', en: 'yes' } } });
  expect(events).toMatchObject([{ step: 'line', text: { ru: 'строка', en: 'a line' }, ok: true }]);
  const run = runs.at(-1);
  expect(run?.settings['relay']).toMatchObject({ ...values.relay, rewriteSender: false });
  expect(Object.keys(run?.settings ?? {}).toSorted()).toEqual(['general', 'relay']);
  expect([run?.secret, run?.useStoredSecret]).toEqual(['a secret', false]);
});

test('a test is in the audit log with what it was pointed at and how it ended, and without what is secret', async () => {
  answer = isGood;
  const values = { relay: { host: 'audited.test', port: 2525, authEnabled: true, username: 'us' } };
  await tried({ kind: 'relay', values, secrets: { relay: { password: 'Tr0ub4dor' } } });
  const { entries } = await running.get(adminAudit.list, { action: 'test' });
  expect(entries[0]).toMatchObject({
    author: 'test:anna',
    action: 'test.run',
    object: 'relay relay.host="audited.test" relay.port=2525',
    outcome: 'done',
  });
  const rows = await running.db.query<{ all: string }>({
    text: 'select entry::text as all from audit.entry',
  });
  expect(rows.map(({ all }) => all).join('\n')).not.toContain('Tr0ub4dor');
});

test('what could not be saved cannot be tried: the field and the remedy are told as with a save', async () => {
  const { reply } = await tried({ kind: 'relay', values: { relay: { port: 70_000 } } });
  expect(reply).toMatchObject({ ok: false, error: { code: 'outOfRange', field: 'relay.port' } });
  const foreign = await tried({ kind: 'relay', values: { network: { smtpPort: 25 } } });
  expect(foreign.reply).toMatchObject({ ok: false, error: { code: 'notTested', field: 'network' } });
  const secret = await tried({ kind: 'relay', values: {}, secrets: { relay: { other: 'x' } } });
  expect(secret.reply).toMatchObject({ ok: false, error: { code: 'unknownField', field: 'relay.other' } });
});

test('every test that a form offers has its runner, and no other one is', () => {
  expect(Object.keys(testersOf).toSorted()).toEqual(testKinds.toSorted());
});

test('administrators only', async () => {
  for (const [role, scope] of [
    ['auditor', 'all'],
    ['domainAdmin', [1]],
    ['user', []],
  ] as const) {
    const who = { author: `test:${role}`, role, scope: scope === 'all' ? scope : [...scope] };
    const reply = await askSettingsTest(running.bus, who, { kind: 'helo' }, { onEvent: () => {} });
    expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  }
});

test('ten tests a minute, whichever replica is asked, and what was refused does not count', async () => {
  answer = isGood;
  const author = 'test:busy';
  const outcomes: string[] = [];
  for (let index = 0; index < TESTS_A_MINUTE + 3; index++) {
    const { reply } = await tried({ kind: 'relay' }, { author });
    outcomes.push(reply.ok ? 'ok' : reply.error.code);
  }
  const expected = Array.from({ length: TESTS_A_MINUTE + 3 }, (_, index) =>
    index < TESTS_A_MINUTE ? 'ok' : 'tooMany',
  );
  expect(outcomes).toEqual(expected);
  await running.db.query({
    text: `update audit.entry set outcome = 'done' where author = $1 and outcome is null`,
    values: [author],
  });
  expect((await tried({ kind: 'relay' }, { author: 'test:other' })).reply.ok).toBe(true);
});

test('a few at once for each author and door: one more is refused, and who comes by another door is not', async () => {
  const held = Promise.withResolvers<ReturnType<typeof testResult.good>>();
  answer = () => held.promise;
  const before = runs.length;
  // Two a replica, of which there are two.
  const all = Array.from({ length: 5 }, () => tried({ kind: 'relay' }, { author: 'console:eve' }));
  const codes = all.map(async (one) => {
    const { reply } = await one;
    return reply.ok ? held.promise.then(() => 'ok') : reply.error.code;
  });
  expect(await Promise.race(codes)).toBe('tooMany');
  expect(runs.length - before).toBeLessThanOrEqual(4);
  held.resolve(await isGood());
  expect((await Promise.all(codes)).filter((code) => code === 'ok').length).toBeGreaterThan(0);
  answer = isGood;
  expect((await tried({ kind: 'relay' }, { author: 'ctl:eve' })).reply.ok).toBe(true);
});

test('taken back by its asker, a test ends where it runs', async () => {
  const ended = Promise.withResolvers<void>();
  const taken = new AbortController();
  answer = (run) => {
    run.signal.addEventListener('abort', () => ended.resolve());
    taken.abort();
    return new Promise(() => {});
  };
  const { reply } = await tried({ kind: 'relay' }, { signal: taken.signal });
  expect(reply).toMatchObject({ ok: true, result: { verdict: 'unknown' } });
  await ended.promise;
});

test('a program that does not run is told by its name; several of them by the worst', async () => {
  const { reply } = await tried({ kind: 'ports' }, { author: 'test:ports' });
  expect(reply).toMatchObject({
    ok: true,
    result: { verdict: 'unknown', text: { en: expect.stringMatching(/smtp.*imap.*pop3/s) } },
  });
  expect((await tried({ kind: 'addressBook' }, { author: 'test:ports' })).reply).toMatchObject({
    result: { verdict: 'unknown', text: { en: expect.stringContaining('ldap') } },
  });
});

test('certificates: names, end and key of the chosen ones, and a name that none of them has', async () => {
  const author = 'test:certificates';
  const covered = await tried({ kind: 'certificate' }, { author });
  expect(covered.reply).toMatchObject({ ok: true, result: { verdict: 'good' } });
  expect(covered.events.map((event) => event.text.en)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^SMTP: names: mail\.example\.org/),
      'SMTP: the key fits',
      expect.stringMatching(/^POP3\/IMAP: valid until \d{4}-/),
    ]),
  );
  const other = await tried(
    { kind: 'certificate', values: { general: { heloName: 'other.example.org' } } },
    { author },
  );
  expect(other.reply).toMatchObject({
    result: { verdict: 'bad', text: { en: expect.stringContaining('other.example.org') } },
  });
});
