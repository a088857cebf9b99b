// Who has failed to log in too often: looked at and lifted, for every process and protocol at once.
import { adminBans, adminSettings, askAdmin } from '@pochtar/bus';
import { clientKey } from '@pochtar/runtime';
import { listAudit } from '@pochtar/store/audit';
import { loginFailed, loginGate } from '@pochtar/store/lists';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
  await running.get(adminSettings.set, { changes: [{ section: 'limits', patch: { failedLogins: 2 } }] });
});
afterAll(() => running[Symbol.asyncDispose]());
beforeEach(() => running.db.query({ text: 'delete from lists.login_failure' }));

async function fail(client: string, account: string | null, times: number, minutes = 15): Promise<void> {
  for (let count = 0; count < times; count++) {
    await loginFailed(running.db, { client: clientKey(client), account }, minutes);
  }
}

async function shown(all: boolean): Promise<string[]> {
  const { bans } = await running.get(adminBans.list, { all });
  return bans
    .map(({ kind, subject, failures, isClosed }) => `${kind} ${subject} ${failures} ${isClosed}`)
    .toSorted();
}

test('shows who is shut out by the limits of the moment, and on request who is counted', async () => {
  await fail('192.0.2.1', 'anna@demo.test', 3);
  await fail('2001:db8::7', null, 1);
  expect(await shown(false)).toEqual(['address 192.0.2.1 3 true']);
  expect(await shown(true)).toEqual([
    'account anna@demo.test 3 false',
    'address 192.0.2.1 3 true',
    'address 2001:db8:0:0::/64 1 false',
  ]);
  await fail('198.51.100.1', 'anna@demo.test', 7);
  expect(await shown(false)).toContain('account anna@demo.test 10 true');
});

test('what is over is not shown', async () => {
  await fail('192.0.2.1', null, 3, 0);
  expect(await shown(true)).toEqual([]);
});

test('is lifted at once, by any address of its network or any spelling of its account, and written down', async () => {
  await fail('2001:db8::7', 'anna@demo.test', 10);
  const limits = { perClient: 2, perAccount: 10 };
  const gate = () => loginGate(running.db, { client: clientKey('2001:db8::7'), account: null }, limits);
  expect(await gate()).toBe('client banned');
  expect((await running.get(adminBans.lift, { subject: '2001:DB8::9' })).lifted).toEqual([
    '2001:db8:0:0::/64',
  ]);
  expect(await gate()).toBe('open');
  expect((await running.get(adminBans.lift, { subject: 'Anna@DEMO.test' })).lifted).toEqual([
    'anna@demo.test',
  ]);
  expect(await running.complaint(adminBans.lift, { subject: '192.0.2.1' })).toBe('notFound subject');
  const entries = await listAudit(running.db, { limit: 3 });
  expect(entries.map(({ action, object, outcome }) => `${action} ${object} ${outcome}`)).toEqual([
    'bans.lift 192.0.2.1 notFound',
    'bans.lift Anna@DEMO.test done',
    'bans.lift 2001:DB8::9 done',
  ]);
});

test('comes page by page, the latest first, and by a part of its name', async () => {
  for (let host = 1; host <= 5; host++) await fail(`192.0.2.${host}`, null, 2, 10 + host);
  await fail('198.51.100.1', null, 2, 60);
  const first = await running.get(adminBans.list, { limit: 4 });
  expect(first.bans.map(({ subject }) => subject)).toEqual([
    ...['198.51.100.1', '192.0.2.5', '192.0.2.4', '192.0.2.3'],
  ]);
  const second = await running.get(adminBans.list, { limit: 4, after: first.next ?? 0 });
  expect(second.bans.map(({ subject }) => subject)).toEqual(['192.0.2.2', '192.0.2.1']);
  expect(second.next).toBeNull();
  expect((await running.get(adminBans.list, { text: '198.51' })).bans).toHaveLength(1);
});

test('an auditor looks and lifts nothing', async () => {
  const auditor = { author: 'test:auditor', role: 'auditor', scope: 'all' } as const;
  expect(await askAdmin(running.bus, adminBans.list, auditor, {})).toMatchObject({ ok: true });
  const lifting = await askAdmin(running.bus, adminBans.lift, auditor, { subject: '192.0.2.1' });
  expect(lifting).toMatchObject({ error: { code: 'forbidden' } });
});
