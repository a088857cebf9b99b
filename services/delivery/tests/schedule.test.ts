// The clock of the queue as a whole: settings that change re-plan what waits, senders are told of delays, hints that
// are lost cost half a minute at most.
import { queueDue } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { reply, startFarSide } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice, type RecipientRow, type TestMail } from './post-office.ts';

const MINUTE = 60_000;

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
});
afterAll(() => office[Symbol.asyncDispose]());
afterEach(async () => {
  await office.clearMailboxes();
  for (const table of ['queue.mail', 'queue.recipient']) {
    await office.db.query({ text: `delete from ${table}` });
  }
});

async function deferred(mail: TestMail): Promise<{ id: string; row: RecipientRow }> {
  await using _far = await startFarSide(office, 'busy.test', {
    onRcpt: () => {
      throw reply('450 4.2.1 busy');
    },
  });
  const id = await office.accept({ reversePath: 'anna@demo.test', ...mail });
  const row = await eventually(async () => {
    const [found] = await office.recipients(id);
    return found !== undefined && found.leaseOwner === null && found.lastReply !== null && found;
  });
  return { id, row: row as RecipientRow };
}

describe('settings that change', () => {
  test('re-plan what waits: shorter waits and another interval count for mails deferred before', async () => {
    const { id, row } = await deferred({ to: ['x@busy.test'] });
    expect(row.dueAt?.getTime()).toBeGreaterThan(Date.now() + 179 * MINUTE);
    await office.set({ queue: { runIntervalMinutes: 5, waitMinMinutes: 20, waitMaxMinutes: 40 } });
    const due = (await office.recipients(id))[0]?.dueAt?.getTime() as number;
    expect(due).toBeGreaterThan(Date.now() + 19 * MINUTE);
    expect(due).toBeLessThanOrEqual(Date.now() + 25 * MINUTE);
    expect(due % (5 * MINUTE)).toBe(0);
    await office.set({ queue: { runIntervalMinutes: 30, waitMinMinutes: 180, waitMaxMinutes: 300 } });
    expect((await office.recipients(id))[0]?.dueAt).toEqual(row.dueAt);
  });

  test('a shorter lifetime gives up what is older', async () => {
    const { id } = await deferred({ to: ['x@busy.test'], acceptedAt: new Date(Date.now() - 100 * MINUTE) });
    await office.set({ queue: { maxLifetimeMinutes: 60 } });
    await office.db.query({
      text: 'update queue.recipient set due_at = now() where mail_id = $1',
      values: [id],
    });
    await office.set({ queue: { maxLifetimeMinutes: 60, runIntervalMinutes: 31 } });
    await office.settled(id);
    await eventually(async () =>
      expect((await noticesIn(office, 'anna'))[0]?.status[1]).toMatchObject({ status: '5.4.7' }),
    );
    await office.set({ queue: { maxLifetimeMinutes: 5760, runIntervalMinutes: 30 } });
  });
});

test('with the defaults the attempts come at 0, 195, 405, 705 and then each 300 minutes, and the mail is returned at 5760', async () => {
  const interval = 30 * MINUTE;
  // No wake-up falls into the run.
  await eventually(() => interval - (Date.now() % interval) > 40_000, { timeout: 60_000, interval: 500 });
  await using far = await startFarSide(office, 'never.test', {
    onRcpt: () => {
      throw reply('450 4.2.1 busy');
    },
  });
  const mail = await office.accept({ to: ['x@never.test'], reversePath: 'anna@demo.test' });
  const triedTimes = async (attempts: number): Promise<RecipientRow | null> =>
    (await eventually(async () => {
      const [row] = await office.recipients(mail);
      return row === undefined ? null : row.attempt === attempts && row.leaseOwner === null && row;
    })) as RecipientRow | null;
  const acceptedAt = async (): Promise<number> => {
    const [row] = await office.db.query<{ at: Date }>({
      text: 'select accepted_at as at from queue.mail where id = $1',
      values: [mail],
    });
    return row?.at.getTime() as number;
  };
  /** The clock goes on: everything that was is so much longer ago. */
  const passes = async (ms: number): Promise<void> => {
    await office.db.query({
      text: `with mail as (
          update queue.mail set accepted_at = accepted_at - $2 * interval '1 millisecond' where id = $1
        ) update queue.recipient set due_at = due_at - $2 * interval '1 millisecond',
          last_attempt_at = last_attempt_at - $2 * interval '1 millisecond' where mail_id = $1`,
      values: [mail, ms],
    });
  };
  await triedTimes(1);
  // Accepted a quarter of an hour before a wake-up; what waits is planned anew by that.
  await passes((((await acceptedAt()) % interval) + interval / 2) % interval);
  await office.set({ queue: { maxLifetimeMinutes: 5761 } });
  await office.set({ queue: { maxLifetimeMinutes: 5760 } });
  const minutes: number[] = [];
  for (let row = await triedTimes(1); row !== null; row = await triedTimes(minutes.length + 1)) {
    const dueAt = (row.dueAt as Date).getTime();
    minutes.push((dueAt - (await acceptedAt())) / MINUTE);
    await passes(Math.ceil((dueAt - Date.now()) / interval) * interval);
    office.bus.emit(queueDue, {});
  }
  const later = Array.from({ length: 16 }, (_, place) => 1005 + 300 * place);
  expect(minutes.map((at) => Math.round(at * 10) / 10)).toEqual([195, 405, 705, ...later, 5760]);
  expect(await office.trace(mail)).toMatchObject([
    { outcome: 'bounced', detail: expect.stringMatching(/^5\.4\.7/) },
  ]);
  // What was only given up at 5760 was tried once less.
  expect(far.connections()).toBe(minutes.length);
  await eventually(async () => {
    const told = (await noticesIn(office, 'anna')).map(({ status }) => status[1]?.['status']);
    expect(told).toContain('5.4.7');
  });
});

test('a retry is never an interval late: it counts from the wake-up that brought it about', async () => {
  await office.set({ queue: { runIntervalMinutes: 1, waitMinMinutes: 1, waitMaxMinutes: 1 } });
  await using _far = await startFarSide(office, 'busy.test', {
    onRcpt: () => {
      throw reply('450 4.2.1 busy');
    },
  });
  const id = await office.accept({ to: ['x@busy.test'], acceptedAt: new Date(Date.now() - 5 * MINUTE) });
  const triedAgain = async (attempt: number): Promise<RecipientRow> =>
    (await eventually(async () => {
      const [row] = await office.recipients(id);
      return row?.attempt === attempt && row.leaseOwner === null && row;
    })) as RecipientRow;
  await triedAgain(1);
  await office.db.query({ text: `update queue.recipient set due_at = date_trunc('minute', now())` });
  office.bus.emit(queueDue, {});
  const { dueAt } = await triedAgain(2);
  expect(dueAt?.getTime()).toBeLessThanOrEqual(Date.now() + MINUTE);
  expect(Number(dueAt) % MINUTE).toBe(0);
  await office.set({ queue: { runIntervalMinutes: 30, waitMinMinutes: 180, waitMaxMinutes: 300 } });
});

describe('a delay', () => {
  test('is told once, with the last reply and until when it goes on; not to who asked for failures only', async () => {
    const old = new Date(Date.now() - 5 * 60 * MINUTE);
    const to = [{ address: 'x@busy.test' }, { address: 'y@busy.test', notify: 'FAILURE' }];
    const { id } = await deferred({ to, acceptedAt: old });
    // The notices are looked for once a minute, and when a runner starts.
    await using _runner = await office.startDelivery();
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    const [notice] = await noticesIn(office, 'anna');
    expect(notice?.status).toHaveLength(2);
    expect(notice?.status[1]).toMatchObject({
      'final-recipient': 'rfc822; x@busy.test',
      action: 'delayed',
      status: '4.2.1',
      'diagnostic-code': expect.stringContaining('450 4.2.1 busy'),
      'will-retry-until': expect.any(String),
    });
    const until = new Date(notice?.status[1]?.['will-retry-until'] as string).getTime();
    expect(Math.abs(until - (old.getTime() + 5760 * MINUTE))).toBeLessThan(1000);
    const told = await office.db.query<{ told: boolean }>({
      text: 'select delay_notified as told from queue.recipient where mail_id = $1',
      values: [id],
    });
    expect(told).toEqual([{ told: true }, { told: true }]);
  });

  test('dsn.delayNoticeHours: a mail is told of as soon as it has waited that long', async () => {
    await office.set({ dsn: { delayNoticeHours: 1 } });
    await deferred({ to: ['x@busy.test'], acceptedAt: new Date(Date.now() - 2 * 60 * MINUTE) });
    await using _runner = await office.startDelivery();
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    await office.set({ dsn: { delayNoticeHours: 4 } });
  });
});

test('a lost hint costs no attempt: what is due is found without one', async () => {
  await using far = await startFarSide(office, 'quiet.test');
  const mail = await office.accept({ to: ['x@quiet.test'], isSilent: true, step: 'schedule' });
  await office.db.query({
    text: `update queue.recipient set route = 'remote', destination = 'quiet.test', due_at = now() where mail_id = $1`,
    values: [mail],
  });
  await using _runner = await office.startDelivery();
  await office.settled(mail);
  expect(far.received).toHaveLength(1);
});
