// Local addresses that many seem to stand behind: shown, confirmed and revoked by administrators, and told where things need a hand.
import { adminGuard, adminOverview, askAdmin, guardChanged, type GuardChanged } from '@pochtar/bus';
import { listAudit } from '@pochtar/store/audit';
import { openDatabase } from '@pochtar/store/db';
import { noteForeignSenders } from '@pochtar/store/lists';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
const told: GuardChanged[] = [];
beforeAll(async () => {
  running = await runService();
  running.bus.subscribe(guardChanged, (change) => void told.push(change));
  const seen = (address: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ address, domain: `d${index}.example` }));
  // As smtp does.
  await using smtp = openDatabase({
    url: running.testDatabase.url('smtp'),
    password: running.testDatabase.password,
  });
  await noteForeignSenders(smtp, [...seen('172.17.0.1', 30), ...seen('10.0.0.9', 3)]);
});
afterAll(() => running[Symbol.asyncDispose]());

const shown = async (all = false): Promise<string[]> => {
  const { clients } = await running.get(adminGuard.list, { all });
  return clients.map(
    ({ address, state, domains, confirmedBy }) => `${address} ${state} ${domains} ${confirmedBy}`,
  );
};
const remarks = async () =>
  (await running.get(adminOverview.server, {})).remarks.filter(({ code }) => code === 'clientHidden');

test('suspended addresses are shown and stand where things need a hand, in both languages; counted ones on request', async () => {
  expect(await shown()).toEqual(['172.17.0.1 suspended 30 null']);
  expect(await shown(true)).toEqual(['172.17.0.1 suspended 30 null', '10.0.0.9 counted 3 null']);
  const [remark, ...more] = await remarks();
  expect(more).toEqual([]);
  expect(remark).toMatchObject({ tone: 'danger' });
  for (const language of ['ru', 'en'] as const) {
    expect(remark?.message[language]).toContain('172.17.0.1');
    expect(remark?.advice[language]).toContain('pochtar guard confirm 172.17.0.1');
  }
});

test('a confirmation and its revocation count at once, are told to all processes and written down', async () => {
  await running.get(adminGuard.confirm, { address: '::ffff:172.17.0.1' });
  expect(await shown()).toEqual([expect.stringMatching(/^172\.17\.0\.1 confirmed 30 \S+$/)]);
  expect(await remarks()).toEqual([]);
  expect(await running.get(adminGuard.revoke, { address: '172.17.0.1' })).toMatchObject({
    isSuspended: true,
  });
  expect(await shown()).toEqual(['172.17.0.1 suspended 30 null']);
  expect(await running.complaint(adminGuard.revoke, { address: '172.17.0.1' })).toBe('notFound address');
  await eventually(() => {
    expect(told.map(({ address, state }) => `${address} ${state}`)).toEqual([
      '172.17.0.1 confirmed',
      '172.17.0.1 revoked',
    ]);
  });
  const entries = await listAudit(running.db, { limit: 3 });
  expect(entries.map(({ action, object, outcome }) => `${action} ${object} ${outcome}`)).toEqual([
    'guard.revoke 172.17.0.1 notFound',
    'guard.revoke 172.17.0.1 done',
    'guard.confirm ::ffff:172.17.0.1 done',
  ]);
});

test('an address of the internet and what is no address are not confirmed', async () => {
  for (const address of ['93.184.216.34', '2606:2800:220:1::1', 'localhost', '10.0.0.0/8']) {
    expect(await running.complaint(adminGuard.confirm, { address })).toBe('invalid address');
  }
  expect(await running.complaint(adminGuard.revoke, { address: 'localhost' })).toBe('notFound address');
});

test('an auditor looks and confirms nothing', async () => {
  const auditor = { author: 'test:auditor', role: 'auditor', scope: 'all' } as const;
  expect(await askAdmin(running.bus, adminGuard.list, auditor, {})).toMatchObject({ ok: true });
  const confirming = await askAdmin(running.bus, adminGuard.confirm, auditor, { address: '10.0.0.9' });
  expect(confirming).toMatchObject({ error: { code: 'forbidden' } });
});
