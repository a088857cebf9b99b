// What waiting mail would do under settings that are not saved is what it does when they are.
import { adminQueue, askAdmin, type Bus, connectBus, type QueuePlanned, wholeServer } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
const root = wholeServer('test');
const HOUR_MS = 3_600_000;

beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  const { url, password } = office.nats;
  desk = await connectBus({ url, user: 'console', password, name: 'console', log: silentLogger() });
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});

/** Accepted so many hours ago, tried an hour ago, due in `dueHours`. */
async function waiting(address: string, hours: number, dueHours: number): Promise<string> {
  const mail = await office.accept({ to: [address], slip: ['dlp'], isSilent: true });
  await office.db.query({
    text: `with m as (update queue.mail set accepted_at = now() - make_interval(hours => $2), step = 'schedule' where id = $1)
      update queue.recipient set route = 'remote', destination = split_part(address, '@', 2), attempt = 1,
        last_attempt_at = date_trunc('milliseconds', now() - interval '1 hour'), due_at = now() + make_interval(hours => $3)
      where mail_id = $1`,
    values: [mail, hours, dueHours],
  });
  return mail;
}

async function plan(request: { queue?: Record<string, unknown>; relay?: { host?: string } }) {
  return askAdmin(desk, adminQueue.plan, root, request);
}

async function planned(request: Parameters<typeof plan>[0]): Promise<QueuePlanned> {
  const reply = await plan(request);
  if (!reply.ok) throw new Error(reply.error.message.en);
  return reply.result;
}

const dueTimes = async (): Promise<string[]> => {
  const rows = await office.db.query<{ at: Date | null }>({
    text: 'select due_at as at from queue.recipient order by due_at',
  });
  return rows.map(({ at }) => at?.toISOString() ?? '');
};

test('the next attempts, what would be given up, and what would go another way are told; nothing is written', async () => {
  const young = await waiting('a@one.test', 2, 4);
  const old = await waiting('b@two.test', 30, 4);
  const before = await dueTimes();
  const shorter = { waitMinMinutes: 60, waitMaxMinutes: 120, runIntervalMinutes: 1 };
  const found = await planned({ queue: { ...shorter, maxLifetimeMinutes: 24 * 60 } });
  expect(found).toMatchObject({
    waiting: 2,
    earlier: 1,
    later: 0,
    returned: 1,
    redirected: 0,
    isWhole: true,
  });
  expect(found.before).toEqual({ first: before[0], last: before[1] });
  expect(found.after.first).toBe(found.after.last);
  const later = await planned({ queue: { waitMinMinutes: 600, waitMaxMinutes: 700 } });
  expect(later).toMatchObject({ earlier: 0, later: 2, returned: 0 });
  expect((await planned({ relay: { host: 'relay.test' } })).redirected).toBe(2);
  expect(await dueTimes()).toEqual(before);
  expect(await office.recipients(young)).toMatchObject([{ destination: 'one.test' }]);
  // As it is when it is saved.
  const told = await planned({ queue: shorter });
  await office.set({ queue: shorter });
  await eventually(async () => {
    const now = await dueTimes();
    expect([told.after.first, told.after.last]).toEqual([now[0], now[1]]);
  });
  expect(Date.parse(told.after.last ?? '') - Date.now()).toBeLessThan(2 * HOUR_MS);
  expect(await office.queued(old)).not.toBeNull();
});

test('settings that would be refused are, with the field', async () => {
  const reply = await plan({ queue: { waitMaxMinutes: 0 } });
  expect(reply).toMatchObject({
    ok: false,
    error: { field: expect.stringContaining('waitMaxMinutes') as string },
  });
  expect(await plan({ queue: { nonsense: 1 } })).toMatchObject({ ok: false });
});
