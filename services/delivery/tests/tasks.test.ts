// Acts on many mails as a task: what was found when it began, whatever arrives or dies meanwhile.
import {
  adminQueue,
  adminTask,
  askAdmin,
  type Asker,
  type Bus,
  connectBus,
  type TaskInfo,
  wholeServer,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { createDomain } from '@pochtar/store/directory';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startProcess } from './delivery-process.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
let two: Asker;
const root = wholeServer('test');

beforeAll(async () => {
  office = await openPostOffice();
  const { url, password } = office.nats;
  desk = await connectBus({ url, user: 'console', password, name: 'console', log: silentLogger() });
  const scope = [(await createDomain(office.db, 'two.test')) as number];
  two = { author: 'console:two', role: 'domainAdmin', scope };
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
afterEach(async () => {
  for (const table of ['queue.mail', 'queue.recipient', 'task.task'])
    await office.db.query({ text: `delete from ${table}` });
});

/** At rest at a filter that nobody runs: made in Postgres, since they are many. */
async function rest(count: number, domain: string): Promise<void> {
  await office.db.query({
    text: `with mail as (
        insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, slip, step, step_at)
        select gen_random_uuid(), gen_random_uuid(), now(), 's@far.test', 'incoming', 1, '{dlp}', 'dlp', now()
        from generate_series(1, $1) returning id)
      insert into queue.recipient (mail_id, address, route) select id, 'x@' || $2, 'unrouted' from mail`,
    values: [count, domain],
  });
}

async function begin(request: object, asker: Asker = root): Promise<TaskInfo> {
  const reply = await askAdmin(desk, adminQueue.begin, asker, request as { action: 'hold' });
  if (!reply.ok) throw new Error(`${reply.error.code} ${reply.error.field}: ${reply.error.message.en}`);
  return reply.result.task;
}
async function show(id: number, asker: Asker = root): Promise<TaskInfo | string> {
  const reply = await askAdmin(desk, adminTask.show, asker, { id });
  return reply.ok ? reply.result.task : reply.error.code;
}
const ended = (id: number, state = 'done'): Promise<TaskInfo> =>
  eventually(
    async () => {
      const task = await show(id);
      expect(task).toMatchObject({ state });
      return task as TaskInfo;
    },
    { timeout: 60_000 },
  );
const held = async (): Promise<number> => {
  const [row] = await office.db.query<{ count: number }>({
    text: "select count(*)::int as count from queue.mail where state = 'held'",
  });
  return row?.count ?? 0;
};

test('what the filter finds is held, what arrives later is not; a scope is kept, and so is who sees it', async () => {
  await using _ = await office.startDelivery();
  await rest(600, 'two.test');
  await rest(50, 'demo.test');
  const task = await begin({ action: 'hold' }, two);
  expect(task).toMatchObject({ kind: 'queue.hold', total: 600, author: 'console:two' });
  await rest(30, 'two.test');
  const done = await ended(task.id);
  expect(done).toMatchObject({ place: 600, changed: 600, skipped: {} });
  expect(done.endedAt).not.toBeNull();
  expect(await held()).toBe(600);
  const other: Asker = { ...two, author: 'console:other' };
  expect([await show(task.id, other), (await show(task.id, two)) as object]).toEqual([
    'notFound',
    expect.objectContaining({ id: task.id }),
  ]);
  // Once more: held already.
  const again = await ended((await begin({ action: 'hold', recipient: 'two.test' })).id);
  expect(again).toMatchObject({ total: 630, changed: 30, skipped: { state: 600 } });
});

test('kill -9 in the middle: another process goes on, and nothing is left out', async () => {
  await rest(3000, 'demo.test');
  const first = startProcess(office);
  const task = await eventually(() => begin({ action: 'hold' }), { timeout: 30_000 });
  await eventually(
    async () => {
      const now = (await show(task.id)) as TaskInfo;
      expect(now.place).toBeGreaterThan(200);
    },
    { timeout: 30_000 },
  );
  await first.kill();
  const before = await held();
  expect(before).toBeLessThan(3000);
  await office.db.query({ text: 'update task.task set lease_until = now()' });
  await using _ = await office.startDelivery();
  const done = await ended(task.id);
  expect(done).toMatchObject({ place: 3000, total: 3000 });
  // Of the piece that was in hand it is met again what was done.
  expect(done.changed + (done.skipped['state'] ?? 0)).toBe(3000);
  expect(done.skipped['state'] ?? 0).toBeLessThanOrEqual(100);
  expect(await held()).toBe(3000);
});

test('a task that is taken back ends after its piece; what it did stays', async () => {
  await using _ = await office.startDelivery();
  await rest(5000, 'demo.test');
  const task = await begin({ action: 'hold' });
  await eventually(async () => expect(((await show(task.id)) as TaskInfo).place).toBeGreaterThan(0));
  expect(await askAdmin(desk, adminTask.cancel, two, { id: task.id })).toMatchObject({
    ok: false,
    error: { code: 'notFound' },
  });
  expect(await askAdmin(desk, adminTask.cancel, root, { id: task.id })).toMatchObject({ ok: true });
  const done = await ended(task.id, 'cancelled');
  expect(done.place).toBeLessThan(5000);
  expect(await held()).toBe(done.changed);
  expect(await askAdmin(desk, adminTask.cancel, root, { id: task.id })).toMatchObject({
    ok: false,
    error: { code: 'wrongState' },
  });
});

test('what would let go mails that are held in several ways, or has no address to go to, is refused at the start', async () => {
  await using _ = await office.startDelivery();
  await rest(4, 'demo.test');
  await office.db.query({
    text: `update queue.mail set state = 'held', held_by = case when id < all(select id from queue.mail offset 2) then 'person' else 'poison' end`,
  });
  await office.db.query({
    text: `update queue.mail set held_by = 'filter', held_filter = 'dlp' where id = (select min(id::text)::uuid from queue.mail)`,
  });
  await expect(begin({ action: 'release', state: 'held' })).rejects.toThrow(/invalid heldBy/);
  await expect(begin({ action: 'redirect', to: 'nobody' })).rejects.toThrow(/ to:/);
  const { id } = await begin({ action: 'release', filter: 'dlp' });
  expect(await ended(id)).toMatchObject({ total: 1, changed: 1 });
});

test('whose rights have gone has his task ended', async () => {
  await using _ = await office.startDelivery();
  await rest(10, 'two.test');
  const { id } = await begin({ action: 'hold' }, two);
  await ended(id);
  await office.db.query({
    text: `update task.task set state = 'waiting', login = 'gone', ended_at = null, place = 0,
      items = array(select id from queue.mail) where id = $1`,
    values: [id],
  });
  expect((await ended(id, 'failed')).fault).toMatch(/may not do this any more/);
});
