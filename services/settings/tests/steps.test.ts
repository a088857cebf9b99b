// First steps of a new server that are put off: by whom, why, for whom, and taken up again.
import { adminAdministrator, adminSteps, type Asker, askAdmin } from '@pochtar/bus';
import { listAudit } from '@pochtar/store/audit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
const person = (login: string): Asker => ({ author: `console:${login}`, role: 'admin', scope: 'all', login });

beforeAll(async () => {
  running = await runService();
  for (const login of ['anna', 'petr']) {
    await running.get(adminAdministrator.create, { login, password: 'password-1' });
  }
});
afterAll(() => running[Symbol.asyncDispose]());

async function seenBy(login: string): Promise<string[]> {
  const reply = await askAdmin(running.bus, adminSteps.list, person(login), {});
  if (!reply.ok) throw new Error(reply.error.message.en);
  return reply.result.putOff.map(({ step, reason, author }) => `${step}: ${reason} (${author})`);
}

test('a step is put off for all administrators, with the last reason, and taken up again; both are written down', async () => {
  const put = (login: string, reason: string) =>
    askAdmin(running.bus, adminSteps.putOff, person(login), { step: 'certificate', reason });
  await put('anna', '  after the move ');
  expect(await seenBy('petr')).toEqual(['certificate: after the move (console:anna)']);
  expect(await put('petr', 'in January')).toMatchObject({ result: { putOff: { reason: 'in January' } } });
  expect(await seenBy('anna')).toEqual(['certificate: in January (console:petr)']);
  await running.get(adminSteps.resume, { step: 'certificate' });
  expect(await seenBy('anna')).toEqual([]);
  expect(await running.complaint(adminSteps.resume, { step: 'certificate' })).toBe('notFound step');
  const entries = await listAudit(running.db, { limit: 4 });
  expect(
    entries.map(({ action, object, outcome, details }) => ({ action, object, outcome, details })),
  ).toEqual([
    { action: 'steps.resume', object: 'certificate', outcome: 'notFound', details: {} },
    { action: 'steps.resume', object: 'certificate', outcome: 'done', details: {} },
    { action: 'steps.putOff', object: 'certificate', outcome: 'done', details: { reason: 'in January' } },
    { action: 'steps.putOff', object: 'certificate', outcome: 'done', details: { reason: 'after the move' } },
  ]);
});

test('the password is each administrator’s own step, gone with the administrator, and of nobody who has none', async () => {
  const wish = { step: 'password', reason: 'a key comes' } as const;
  expect(await askAdmin(running.bus, adminSteps.putOff, person('petr'), wish)).toMatchObject({ ok: true });
  expect(await seenBy('petr')).toEqual(['password: a key comes (console:petr)']);
  expect(await seenBy('anna')).toEqual([]);
  expect(await running.complaint(adminSteps.putOff, wish)).toBe('wrongState step');
  expect(await running.complaint(adminSteps.resume, { step: 'password' })).toBe('wrongState step');
  await running.get(adminAdministrator.delete, { login: 'petr' });
  await running.get(adminAdministrator.create, { login: 'petr', password: 'password-1' });
  expect(await seenBy('petr')).toEqual([]);
});

test('a reason has 1 to 200 characters, and a step is one that there is', async () => {
  const put = (step: string, reason: string) =>
    running.complaint(adminSteps.putOff, { step: step as 'dns', reason });
  expect(await put('dns', ' ')).toBe('invalid reason');
  expect(await put('dns', 'x'.repeat(201))).toBe('invalid reason');
  expect(await put('backup', 'later')).toBe('invalid step');
  expect(await put('dns', 'x'.repeat(200))).toBe('ok');
});

test('an auditor looks and puts nothing off; an administrator of domains does not even look', async () => {
  const auditor = { author: 'test:auditor', role: 'auditor', scope: 'all' } as const;
  const forbidden = { error: { code: 'forbidden' } };
  expect(await askAdmin(running.bus, adminSteps.list, auditor, {})).toMatchObject({ ok: true });
  const putting = askAdmin(running.bus, adminSteps.putOff, auditor, { step: 'way', reason: 'x' });
  expect(await putting).toMatchObject(forbidden);
  expect(await running.complaint(adminSteps.list, {}, [1])).toBe('forbidden ');
});
