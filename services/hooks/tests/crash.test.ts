// Processes that die, replicas, and a backlog: nothing is lost, and what comes twice has the same id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { HOOK_TRY_MS, hookTry } from '@pochtar/bus';
import { gatherEvents, ledgerOf, listHooks } from '@pochtar/store/hook';
import { eventually } from '@pochtar/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HookGround, openHookGround } from './hook-ground.ts';

let here: HookGround;
beforeEach(async () => {
  here = await openHookGround();
});
afterEach(() => here[Symbol.asyncDispose]());

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function startProcess() {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], POCHTAR_LOG_LEVEL: 'error', ...here.environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  return async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
}

test('kill -9 in the middle: the one that comes after tells what was not written down, under the same ids', async () => {
  const id = await here.hook('killed', { kinds: ['delivered'] });
  const mails: string[] = [];
  for (let i = 0; i < 40; i++) mails.push(await here.ended('anna@demo.test', 'delivered'));
  const kill = startProcess();
  // Four are in hand, and are taken; nobody hears of it.
  let held = 0;
  here.receiver.answer = (response, { path }) =>
    path === '/killed' && here.receiver.told.length > 10 ? void held++ : response.writeHead(204).end();
  await eventually(() => expect(held).toBe(4), { timeout: 30_000 });
  await kill();
  here.receiver.answer = undefined;
  const before = here.receiver.told.length;
  // As its lease does by itself after half a minute.
  await here.ground.db.query({
    text: `update hook.sending set lease_until = now() where hook_id = $1`,
    values: [id],
  });
  await here.startHooks();
  await eventually(
    async () => {
      const rows = await ledgerOf(here.ground.db, id, { state: 'sent', limit: 200 });
      expect(rows).toHaveLength(40);
    },
    { timeout: 30_000 },
  );
  const ids = new Map(here.receiver.told.map(({ id: event, data }) => [event, String(data['mail'])]));
  expect([...ids.values()].toSorted()).toEqual(mails.toSorted());
  expect(here.receiver.told.length).toBeGreaterThan(40);
  expect(here.receiver.told.length).toBeLessThanOrEqual(40 + before);
});

test('two replicas tell each event once', async () => {
  for (const name of ['one', 'two', 'three']) await here.hook(name, { kinds: ['delivered'] });
  await here.startHooks();
  await here.startHooks();
  for (let i = 0; i < 30; i++) await here.ended('anna@demo.test', 'delivered');
  await eventually(
    () => {
      for (const name of ['one', 'two', 'three'])
        expect(new Set(here.receiver.of(`/${name}`).map(({ id }) => id)).size).toBe(30);
    },
    { timeout: 30_000 },
  );
  expect(here.receiver.told).toHaveLength(90);
});

test('what happened while nobody ran is told, however long that was; what happened before the hook was there is not', async () => {
  const { db } = here.ground;
  const old = await here.ended('anna@demo.test', 'delivered');
  await here.hook('later', { kinds: ['delivered'] });
  const mails = [
    await here.ended('anna@demo.test', 'delivered'),
    await here.ended('boris@demo.test', 'delivered'),
  ];
  // Five hours ago, and one of them an hour later.
  await db.query({ text: `update hook.hook set since = now() - interval '5 hours'` });
  await db.query({ text: `update hook.gathered set swept_at = now() - interval '5 hours'` });
  const ago = 'update trace.delivery set ended_at = now() - make_interval(mins => $2) where mail_id = $1';
  for (const [mail, minutes] of [
    [old, 400],
    [mails[0], 290],
    [mails[1], 200],
  ] as const)
    await db.query({ text: ago, values: [mail, minutes] });
  mails.push(await here.ended('carla@demo.test', 'delivered'));
  await here.startHooks();
  await eventually(() => expect(here.receiver.told).toHaveLength(3), { timeout: 30_000 });
  expect(here.receiver.told.map(({ data }) => data['mail'])).toEqual(mails);
});

test('an address that is down is tried with one event at a time, and gets everything in its order when it is back', async () => {
  const id = await here.hook('down', { kinds: ['delivered'] });
  here.receiver.answer = (response) => response.writeHead(503).end();
  await here.startHooks();
  const mails: string[] = [];
  for (let i = 0; i < 20; i++) mails.push(await here.ended(`a${i}@demo.test`, 'delivered'));
  await eventually(async () => {
    const [hook] = await listHooks(here.ground.db);
    expect(hook).toMatchObject({ lastFault: 'HTTP 503', failures: expect.any(Number) as number });
    expect(hook?.failures).toBeGreaterThanOrEqual(5);
    expect(hook?.nextAt).not.toBeNull();
  });
  const attempts = here.receiver.told.length;
  expect(attempts).toBeLessThan(12);
  here.receiver.answer = undefined;
  await here.ground.db.query({ text: 'update hook.sending set next_at = null' });
  await here.ground.db.query({
    text: `update hook.message set due_at = now() where hook_id = $1`,
    values: [id],
  });
  await eventually(async () => {
    expect(await ledgerOf(here.ground.db, id, { state: 'sent', limit: 100 })).toHaveLength(20);
  });
  const order = here.receiver.told.slice(attempts).map(({ data }) => String(data['mail']));
  expect(order[0]).toBe(mails[0]);
  expect(order.toSorted()).toEqual(mails.toSorted());
  expect((await listHooks(here.ground.db))[0]).toMatchObject({
    failures: 0,
    failingSince: null,
    lastFault: null,
  });
});

test('50,000 events wait and no more: what is not kept is said', async () => {
  const { db } = here.ground;
  const id = await here.hook('full', { kinds: ['delivered'] });
  await db.query({
    text: `insert into hook.message (hook_id, id, kind, occurred_at, data, due_at, expires_at)
      select $1, gen_random_uuid(), 'delivered', now(), '{}', now() + interval '1 day', now() + interval '2 days'
      from generate_series(1, 50000)`,
    values: [id],
  });
  await here.ended('anna@demo.test', 'delivered');
  expect(await gatherEvents(db)).toEqual({ events: 0, isBehind: false });
  expect((await listHooks(db))[0]?.overflowedAt).toBeInstanceOf(Date);
});

test('a hook is tried when somebody asks, also one that is off; the answer tells what came back', async () => {
  const id = await here.hook('tried', { enabled: false });
  await here.startHooks();
  const ask = (hook: number) => here.ground.bus.ask(hookTry, { hook }, HOOK_TRY_MS);
  expect(await ask(id)).toMatchObject({ answer: { isTaken: true, status: 204 } });
  expect(here.receiver.told).toMatchObject([{ type: 'mail.test', data: { hook: 'tried' } }]);
  here.receiver.answer = (response) => response.writeHead(418).end('teapot');
  expect(await ask(id)).toMatchObject({ answer: { isTaken: false, status: 418, answer: 'teapot' } });
  expect(await ask(999)).toEqual({ answer: null });
});
