// The queue by what narrows it, by where it goes, and as a set that an act is of.
import { adminQueue, askAdmin, type Asker, type Bus, connectBus, wholeServer } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { createDomain } from '@pochtar/store/directory';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
let two: Asker;
const root = wholeServer('test');

beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
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
  for (const table of ['queue.mail', 'queue.recipient'])
    await office.db.query({ text: `delete from ${table}` });
});

/** At rest at the step of a filter that nobody runs, with recipients that wait for a far side. */
async function waiting(to: string[], more: { hours?: number; reply?: string } = {}): Promise<string> {
  const mail = await office.accept({ reversePath: 's@remote.test', to, slip: ['dlp'], isSilent: true });
  await office.db.query({
    text: `update queue.recipient set route = 'remote', destination = split_part(address, '@', 2),
      due_at = now() + interval '1 hour', last_attempt_at = now(), last_reply = $2 where mail_id = $1`,
    values: [mail, more.reply ?? null],
  });
  await office.db.query({
    text: "update queue.mail set accepted_at = now() - $2 * interval '1 hour' where id = $1",
    values: [mail, more.hours ?? 0],
  });
  return mail;
}

async function matching(filter: Parameters<typeof adminQueue.matching.body.parse>[0], asker: Asker = root) {
  const reply = await askAdmin(desk, adminQueue.matching, asker, filter as object);
  if (!reply.ok) throw new Error(reply.error.message.en);
  return reply.result;
}

test('the queue is narrowed by domain, by words of the reason and by age', async () => {
  const old = await waiting(['a@one.test'], { hours: 30, reply: '450 4.7.1 Greylisted, come back' });
  const young = await waiting(['b@sub.one.test', 'c@other.test'], { reply: '421 too busy' });
  expect((await matching({ destination: 'One.Test' })).mails).toEqual([old]);
  expect((await matching({ destination: 'other.test' })).mails).toEqual([young]);
  expect((await matching({ reason: 'greylisted' })).mails).toEqual([old]);
  expect((await matching({ olderThanMinutes: 1440 })).mails).toEqual([old]);
  const listed = await askAdmin(desk, adminQueue.list, root, { reason: 'busy' });
  expect(listed).toMatchObject({ ok: true, result: { total: 1, mails: [{ mail: young }] } });
});

test('an act by filter is of the mails that were there when it was decided, and says when there are more', async () => {
  const first = await waiting(['a@one.test']);
  const second = await waiting(['b@one.test']);
  const { mails } = await matching({ destination: 'one.test' });
  const later = await waiting(['c@one.test']);
  await askAdmin(desk, adminQueue.delete, root, { mails });
  expect([await office.queued(first), await office.queued(second)]).toEqual([null, null]);
  expect((await matching({ destination: 'one.test' })).mails).toEqual([later]);
  await waiting(['d@one.test']);
  expect(await matching({ destination: 'one.test', limit: 1 })).toMatchObject({
    mails: [later],
    isCut: true,
  });
});

test('by destination: what waits since when, the last answer and the next try; the most first', async () => {
  await waiting(['a@one.test', 'b@one.test'], { hours: 3, reply: '450 later' });
  await waiting(['c@one.test'], { hours: 48 });
  await waiting(['d@two.test']);
  const reply = await askAdmin(desk, adminQueue.destinations, root, {});
  if (!reply.ok) throw new Error(reply.error.message.en);
  expect(
    reply.result.destinations.map(({ destination, waiting: count, byAge }) => [destination, count, byAge]),
  ).toEqual([
    ['one.test', 3, [0, 2, 0, 1]],
    ['two.test', 1, [1, 0, 0, 0]],
  ]);
  expect(reply.result.destinations[0]?.nextAt).not.toBeNull();
});

test('an administrator of a domain finds and counts only its recipients', async () => {
  await waiting(['a@one.test'], { reply: '450 for one' });
  const own = await waiting(['a@one.test', 'x@two.test'], { reply: '450 for two' });
  expect((await matching({}, two)).mails).toEqual([own]);
  expect((await matching({ destination: 'one.test' }, two)).mails).toEqual([]);
  const reply = await askAdmin(desk, adminQueue.destinations, two, {});
  expect(reply).toMatchObject({
    ok: true,
    result: { destinations: [{ destination: 'two.test', waiting: 1 }] },
  });
});

test('a queue is counted up to 10,000, and says when there are more; its pages go on', async () => {
  const mail = await waiting(['a@one.test']);
  const add = (count: number) =>
    office.db.query({
      text: `insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, step, step_at, state)
        select gen_random_uuid(), content_id, accepted_at, reverse_path, origin, size, step, step_at, 'held'
        from queue.mail, generate_series(1, $2::int) where id = $1`,
      values: [mail, count],
    });
  const list = async (more: { after?: string } = {}) => {
    const reply = await askAdmin(desk, adminQueue.list, root, { state: 'held', limit: 2, ...more });
    if (!reply.ok) throw new Error(reply.error.message.en);
    return reply.result;
  };
  await add(10_000);
  const first = await list();
  expect(first).toMatchObject({ total: 10_000, isTotalExact: true });
  await add(1);
  const second = await list({ after: first.next as string });
  expect(second).toMatchObject({ total: 10_000, isTotalExact: false });
  expect(second.mails).toHaveLength(2);
  expect((second.mails[0] as { mail: string }).mail > (first.next as string)).toBe(true);
});

test('an act on a set is committed some mails at a time, and a mail that is named twice is one', async () => {
  const mails: string[] = [];
  for (let n = 0; n < 30; n++) mails.push(await waiting([`to${n}@one.test`, `to${n}@other.test`]));
  const named = [...mails, (mails[0] as string).toUpperCase()];
  const reply = await askAdmin(desk, adminQueue.hold, root, { mails: named });
  expect(reply).toMatchObject({ ok: true, result: { done: mails, skipped: [], unknown: [] } });
  const [held] = await office.db.query<{ mails: number; commits: number; waiting: number }>({
    text: `select count(*)::int as mails, count(distinct xmin::text)::int as commits,
        (select count(*)::int from queue.recipient where due_at is not null) as waiting
      from queue.mail where state = 'held'`,
  });
  expect(held).toEqual({ mails: 30, commits: 2, waiting: 0 });
  const others = await askAdmin(desk, adminQueue.release, two, { mails });
  expect(others).toMatchObject({ ok: true, result: { done: [], skipped: mails, unknown: mails } });
});
