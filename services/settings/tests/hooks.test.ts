// Web hooks as administrators keep them: what is refused and why, a secret that is shown once, the ledger, and where things
// need a hand.
import { adminDomain, adminHooks, adminOverview, askAdmin, type Asker, hooksChanged } from '@pochtar/bus';
import { listAudit } from '@pochtar/store/audit';
import { openDatabase } from '@pochtar/store/db';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
  await running.get(adminDomain.create, { name: 'firma.test' });
});
afterAll(() => running[Symbol.asyncDispose]());

const fields = { name: 'crm', url: 'https://crm.example.org/mail', kinds: ['bounced' as const] };
/** As the superuser: what another program writes. */
async function write(text: string): Promise<void> {
  await using owner = openDatabase({ url: running.testDatabase.superuserUrl });
  await owner.query({ text });
}

test('a hook is made, changed, and removed; its secret is shown when it is made, and never again', async () => {
  let hints = 0;
  const hearing = running.bus.subscribe(hooksChanged, () => void hints++);
  const { hook, secret } = await running.get(adminHooks.add, { ...fields, domains: ['FIRMA.test'] });
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(hook).toMatchObject({
    ...fields,
    enabled: true,
    domains: ['firma.test'],
    withSubject: false,
    waiting: 0,
  });
  const changed = await running.get(adminHooks.change, {
    ...{ ...fields, id: hook.id, name: 'CRM 2', url: 'https://crm.example.org/', kinds: ['held', 'held'] },
    ...{ enabled: false, withSubject: true },
  });
  expect(changed.hook).toMatchObject({ name: 'CRM 2', kinds: ['held'], enabled: false, domains: null });
  const rotated = await running.get(adminHooks.rotate, { id: hook.id, overlapHours: 2 });
  expect(rotated.secret).not.toBe(secret);
  expect(Date.parse(rotated.hook.previousUntil ?? '') - Date.now()).toBeGreaterThan(7_000_000);
  const { hooks } = await running.get(adminHooks.list, {});
  expect(hooks).toHaveLength(1);
  expect(JSON.stringify(hooks)).not.toContain('whsec_');
  await running.get(adminHooks.remove, { id: hook.id });
  expect((await running.get(adminHooks.list, {})).hooks).toEqual([]);
  await eventually(() => expect(hints).toBe(4));
  hearing.stop();
  const audit = JSON.stringify(await listAudit(running.db, { limit: 20 }));
  expect(audit).toMatch(/hooks\.add.*crm|crm.*hooks\.add/s);
  expect(audit).not.toContain('whsec_');
});

test('what will not do names the field and the remedy', async () => {
  const { hook } = await running.get(adminHooks.add, { ...fields, name: 'first' });
  const complaint = (more: object) =>
    running.complaint(adminHooks.add, { ...fields, name: 'other', ...more });
  expect(await complaint({ name: 'FIRST' })).toBe('exists name');
  for (const url of [
    'crm',
    'ftp://crm.test/',
    'https://a:b@crm.test/',
    'https://crm.test/#x',
    'javascript:1',
  ])
    expect(await complaint({ url }), url).toBe('wrongFormat url');
  expect(await complaint({ kinds: [] })).toBe('invalid kinds');
  expect(await complaint({ domains: ['nowhere.test'] })).toBe('noDomain domains.0');
  const { hook: second } = await running.get(adminHooks.add, { ...fields, name: 'second' });
  expect(await running.complaint(adminHooks.change, { ...fields, id: second.id, name: 'first' })).toBe(
    'exists name',
  );
  for (const question of [adminHooks.remove, adminHooks.rotate, adminHooks.ledger, adminHooks.redeliver])
    expect(await running.complaint(question as typeof adminHooks.remove, { id: 9_999 })).toBe('notFound id');
  expect(await running.complaint(adminHooks.test, { id: hook.id })).toBe('unavailable ');
  const error = await running.ask(adminHooks.add, { ...fields, url: 'https://me:secret@crm.test/' });
  expect(JSON.stringify(error)).not.toContain('secret');
});

test('only administrators of the server keep hooks; auditors look', async () => {
  const { hooks } = await running.get(adminHooks.list, {});
  const id = hooks[0]?.id ?? 0;
  const ask = async (role: Asker['role'], scope: Asker['scope'], isChange: boolean) => {
    const who: Asker = { author: 'test', role, scope };
    const reply = isChange
      ? await askAdmin(running.bus, adminHooks.rotate, who, { id })
      : await askAdmin(running.bus, adminHooks.ledger, who, { id });
    return reply.ok ? 'ok' : reply.error.code;
  };
  expect([await ask('auditor', 'all', false), await ask('auditor', 'all', true)]).toEqual([
    'ok',
    'forbidden',
  ]);
  expect([await ask('domainAdmin', [1], false), await ask('domainAdmin', [1], true)]).toEqual([
    'forbidden',
    'forbidden',
  ]);
});

test('the ledger goes on page by page, tells what an event told, and tells again what is asked', async () => {
  const { hook } = await running.get(adminHooks.add, { ...fields, name: 'ledger' });
  await write(`insert into hook.message (hook_id, id, kind, mail_id, recipient, occurred_at, data, due_at, expires_at, state)
    select ${hook.id}, ('0192f000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'bounced', null, 'a@b.test',
      '2027-01-31 12:00:00.000001+00'::timestamptz + n * interval '1 microsecond',
      '{"detail": "5.1.1 no such user", "endedAt": "2027-01-31T12:00:00+00:00"}', now(), now(),
      case when n % 2 = 0 then 'sent' else 'givenUp' end from generate_series(1, 5) n`);
  const first = await running.get(adminHooks.ledger, { id: hook.id, limit: 3 });
  const second = await running.get(adminHooks.ledger, { id: hook.id, limit: 3, after: first.next ?? '' });
  const places = [...first.events, ...second.events].map((event) => Number(event.id.slice(-12)));
  expect([places, second.next]).toEqual([[5, 4, 3, 2, 1], null]);
  const event = first.events[0]?.id ?? '';
  expect((await running.get(adminHooks.payload, { id: hook.id, event })).payload).toMatchObject({
    type: 'mail.bounced',
    data: { status: '5.1.1', endedAt: '2027-01-31T12:00:00.000Z' },
  });
  const waiting = async () =>
    (await running.get(adminHooks.ledger, { id: hook.id, state: 'waiting' })).events.length;
  expect(
    await running.get(adminHooks.redeliver, { id: hook.id, events: [second.events[0]?.id ?? ''] }),
  ).toEqual({
    count: 1,
  });
  expect(await waiting()).toBe(1);
  expect(await running.get(adminHooks.redeliver, { id: hook.id })).toEqual({ count: 3 });
  expect(await waiting()).toBe(4);
});

test('a hook that is paused, overflows or fails for an hour stands where things need a hand', async () => {
  const ids = [];
  for (const name of ['paused', 'full', 'failing', 'fresh'])
    ids.push((await running.get(adminHooks.add, { ...fields, name })).hook.id);
  const at = (id: number | undefined, what: string) =>
    write(`update hook.sending set ${what} where hook_id = ${id}`);
  await at(ids[0], 'paused_at = now()');
  await at(ids[1], 'overflowed_at = now()');
  await at(ids[2], `failing_since = now() - interval '2 hours', last_fault = 'HTTP 502'`);
  await at(ids[3], `failing_since = now() - interval '5 minutes'`);
  const remarks = async () =>
    (await running.get(adminOverview.server, {})).remarks.filter(({ code }) => code.startsWith('hook'));
  expect((await remarks()).map(({ code, tone, to }) => `${code} ${tone} ${to}`)).toEqual([
    `hookOverflowed danger /hooks?open=${ids[1]}`,
    `hookPaused danger /hooks?open=${ids[0]}`,
    `hookFailing warn /hooks?open=${ids[2]}`,
  ]);
  for (const remark of await remarks()) {
    expect(remark.advice.ru).toContain('pochtar hook test');
    expect(remark.advice.en).toContain('pochtar hook test');
  }
  // A change lets it go on.
  await running.get(adminHooks.change, { ...fields, id: ids[0] ?? 0, name: 'paused' });
  expect((await remarks()).map(({ code }) => code)).not.toContain('hookPaused');
});
