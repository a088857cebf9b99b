// Far sides as all processes that send know them together: connections are counted, one that cannot be reached costs one
// attempt however much waits for it, and one that a person has paused gets nothing.
import { adminQueue, adminRoutes, askAdmin, queueDue, wholeServer } from '@pochtar/bus';
import { acceptMails } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FarSide, reply, startFarSide, startRawSide } from './far-side.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

const MINUTE = 60_000;
let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice({ queue: { connectionsPerDestination: 2, mailsPerConnection: 20 } });
  await office.startDelivery();
  await office.startDelivery();
});
afterAll(() => office[Symbol.asyncDispose]());
afterEach(async () => {
  await office.clearMailboxes();
  await office.db.query({ text: 'delete from queue.mail' });
});

let domains = 0;
const newDomain = (): string => `far${++domains}.test`;

/** So many mails for a domain, accepted together. */
async function backlog(domain: string, count: number): Promise<string[]> {
  const mails = await Promise.all(
    Array.from({ length: count }, (_, place) =>
      office.newMail({ to: [`x${place}@${domain}`], reversePath: 'anna@demo.test', origin: 'submitted' }),
    ),
  );
  await acceptMails(office.db, mails);
  const ids = mails.map(({ id }) => id);
  for (const id of ids) await office.bus.publishStep('deliver', id);
  return ids;
}

interface Waiting {
  attempt: number;
  dueAt: Date;
  lastReply: string | null;
  leaseOwner: string | null;
}

const waitingFor = (domain: string) =>
  office.db.query<Waiting>({
    text: `select attempt, due_at as "dueAt", last_reply as "lastReply", lease_owner as "leaseOwner"
      from queue.recipient where destination = $1`,
    values: [domain],
  });

/** Where nobody takes a mail; counts who comes. */
function deadSide(domain: string) {
  return startRawSide(office, domain, () => '421 4.3.2 not now');
}

/** Mails by session. */
function sessionsOf(far: FarSide): number[] {
  const counts = new Map<string, number>();
  for (const { session } of far.received) counts.set(session, (counts.get(session) ?? 0) + 1);
  return [...counts.values()];
}

const pause = (domain: string) =>
  office.db.query({
    text: "insert into queue.far_side (destination, paused_at, paused_by) values ($1, now(), 'test')",
    values: [domain],
  });

async function resume(domain: string): Promise<void> {
  await office.db.query({ text: 'delete from queue.far_side where destination = $1', values: [domain] });
  office.bus.emit(queueDue, {});
}

const connectionsTo = (domain: string) =>
  office.db.query({ text: 'select lease from queue.connection where destination = $1', values: [domain] });

/** The next probe is due. */
async function probeNow(domain: string): Promise<void> {
  await office.db.query({
    text: 'update queue.far_side set probe_at = now() where destination = $1',
    values: [domain],
  });
  office.bus.emit(queueDue, {});
}

describe('a far side that cannot be reached', () => {
  test('costs one connection for 300 mails and two processes; each waits by its own schedule', async () => {
    const domain = newDomain();
    await using dead = await deadSide(domain);
    await pause(domain);
    await backlog(domain, 300);
    await eventually(async () => expect(await waitingFor(domain)).toHaveLength(300));
    expect(dead.connections()).toBe(0);
    await resume(domain);
    const isDeferred = ({ attempt, leaseOwner, lastReply }: Waiting): boolean =>
      attempt === 1 && leaseOwner === null && /421 4\.3\.2 not now/.test(lastReply ?? '');
    await eventually(async () => expect((await waitingFor(domain)).filter(isDeferred)).toHaveLength(300));
    for (const { dueAt } of await waitingFor(domain)) {
      expect(dueAt.getTime()).toBeGreaterThan(Date.now() + 179 * MINUTE);
    }
    expect(dead.connections()).toBe(1);
  });

  test('is asked by one probe, and what waits for it goes when that comes through', async () => {
    const domain = newDomain();
    await using dead = await deadSide(domain);
    const [first] = await backlog(domain, 1);
    await eventually(async () =>
      expect(await waitingFor(domain)).toMatchObject([{ attempt: 1, leaseOwner: null }]),
    );
    // What comes before the batch has ended is put off by it.
    await eventually(async () => expect(await connectionsTo(domain)).toEqual([]));
    const before = dead.connections();
    await backlog(domain, 100);
    await eventually(async () => expect(await waitingFor(domain)).toHaveLength(101));
    const waiting = (await waitingFor(domain)).filter(({ attempt }) => attempt === 0);
    expect(waiting).toHaveLength(100);
    expect(dead.connections()).toBe(before);
    await using far = await startFarSide(office, domain);
    await probeNow(domain);
    await eventually(async () => expect(await waitingFor(domain)).toHaveLength(1));
    expect(far.received).toHaveLength(100);
    expect(await office.recipients(first as string)).toMatchObject([{ attempt: 1 }]);
  });

  test('is probed at the next wake-up at the latest, after 1, 2, 4 … minutes before', async () => {
    const domain = newDomain();
    await using dead = await deadSide(domain);
    const waits: number[] = [];
    for (let round = 0; round < 7; round++) {
      const before = dead.connections();
      const asked = Date.now();
      await office.db.query({ text: 'delete from queue.mail' });
      await probeNow(domain);
      await backlog(domain, 1);
      await eventually(() => expect(dead.connections()).toBe(before + 1));
      const probe = await eventually(async () => {
        const [row] = await office.db.query<{ failures: number; at: Date | null }>({
          text: 'select failures, probe_at as at from queue.far_side where destination = $1',
          values: [domain],
        });
        return row?.failures === round + 1 && row.at !== null && row.at;
      });
      // What comes before the batch has ended is put off by it.
      await eventually(async () => expect(await connectionsTo(domain)).toEqual([]));
      const wakeUp = Math.ceil((asked + 1) / (30 * MINUTE)) * 30 * MINUTE;
      const wait = (probe as Date).getTime() - asked;
      waits.push(Math.round(wait / MINUTE));
      expect((probe as Date).getTime()).toBeLessThanOrEqual(wakeUp + 30 * MINUTE);
    }
    for (const [round, wait] of waits.entries()) expect(wait).toBeLessThanOrEqual(2 ** round);
  });
});

test('who is out of time is given up where nobody connects, without a connection', async () => {
  const domain = newDomain();
  await using dead = await deadSide(domain);
  const [mail] = await backlog(domain, 1);
  await eventually(async () =>
    expect(await waitingFor(domain)).toMatchObject([{ attempt: 1, leaseOwner: null }]),
  );
  await office.db.query({
    text: "update queue.mail set accepted_at = now() - interval '5 days' where id = $1",
    values: [mail],
  });
  await office.db.query({ text: 'update queue.recipient set due_at = now()' });
  office.bus.emit(queueDue, {});
  await office.settled(mail as string);
  expect(await office.trace(mail as string)).toMatchObject([{ outcome: 'bounced' }]);
  expect(dead.connections()).toBe(1);
});

describe('connections', () => {
  test('queue.connectionsPerDestination, queue.mailsPerConnection: counted over all processes', async () => {
    const domain = newDomain();
    await using far = await startFarSide(office, domain);
    await backlog(domain, 300);
    await eventually(() => expect(far.received).toHaveLength(300));
    expect(far.mostAtOnce()).toBeLessThanOrEqual(2);
    expect(sessionsOf(far).length).toBeGreaterThan(1);
    expect(Math.max(...sessionsOf(far))).toBeLessThanOrEqual(20);
    await office.set({ queue: { connectionsPerDestination: 1, mailsPerConnection: 5 } });
    const other = newDomain();
    await using next = await startFarSide(office, other);
    await backlog(other, 60);
    await eventually(() => expect(next.received).toHaveLength(60));
    expect(next.mostAtOnce()).toBe(1);
    expect(Math.max(...sessionsOf(next))).toBeLessThanOrEqual(5);
    await office.set({ queue: { connectionsPerDestination: 2, mailsPerConnection: 20 } });
  });

  test('a route has limits of its own: so many connections, so many mails in a minute', async () => {
    const domain = newDomain();
    await using far = await startFarSide(office, domain);
    const port = office.ports.get(domain) as number;
    const admin = wholeServer('console:admin');
    const route = { domain, host: '127.0.0.1', port, maxConnections: 1, perMinute: 30 };
    expect((await askAdmin(office.bus, adminRoutes.save, admin, route)).ok).toBe(true);
    await eventually(
      async () => {
        // Not at the end of a minute, when the next one lets more go.
        expect(Date.now() % MINUTE).toBeLessThan(40_000);
      },
      { timeout: 40_000, interval: 500 },
    );
    await backlog(domain, 50);
    await eventually(() => expect(far.received).toHaveLength(30));
    await eventually(async () => expect(await waitingFor(`route:${domain}`)).toHaveLength(20));
    expect(far.mostAtOnce()).toBe(1);
    // A minute later.
    await office.db.query({ text: "update queue.far_side set minute = minute - interval '1 minute'" });
    office.bus.emit(queueDue, {});
    await eventually(() => expect(far.received).toHaveLength(50));
    await askAdmin(office.bus, adminRoutes.remove, admin, { domain });
  });
});

test('a destination that is paused gets nothing, shows as such, and goes on at once when it is resumed', async () => {
  const domain = newDomain();
  await using far = await startFarSide(office, domain);
  const admin = wholeServer('console:admin');
  const act = async (what: 'pause' | 'resume'): Promise<boolean> =>
    (await askAdmin(office.bus, adminQueue[what], admin, { destination: domain })).ok;
  const shown = async () => {
    const answer = await askAdmin(office.bus, adminQueue.destinations, admin, {});
    if (!answer.ok) throw new Error(answer.error.message.en);
    return answer.result.destinations.find(({ destination }) => destination === domain);
  };
  expect(await act('pause')).toBe(true);
  expect(await act('pause')).toBe(false);
  const [mail] = await backlog(domain, 1);
  const [other] = await backlog('demo.test', 1);
  await office.settled(other as string);
  await eventually(async () =>
    expect(await shown()).toMatchObject({ waiting: 1, pausedBy: 'console:admin' }),
  );
  // Not by hand either.
  await askAdmin(office.bus, adminQueue.retry, admin, { mails: [mail as string] });
  await office.settled((await backlog('demo.test', 1))[0] as string);
  expect(far.connections()).toBe(0);
  expect(await act('resume')).toBe(true);
  await office.settled(mail as string);
  expect(far.received).toHaveLength(1);
  expect(await act('resume')).toBe(false);
});

test('queue.firstRetryMinutes: what a far side put off at the first attempt is tried earlier; a second one waits as ever', async () => {
  const domain = newDomain();
  let isGrey = true;
  await using far = await startFarSide(office, domain, {
    onRcpt: () => {
      if (isGrey) throw reply('451 4.7.1 greylisted, come back later');
    },
  });
  const due = async (mail: string): Promise<number> => {
    const [row] = await office.recipients(mail);
    if (row?.leaseOwner !== null || row.lastReply === null) throw new Error('not tried yet');
    return ((row.dueAt as Date).getTime() - Date.now()) / MINUTE;
  };
  const [ruled] = await backlog(domain, 1);
  expect(await eventually(() => due(ruled as string))).toBeGreaterThan(179);
  await office.set({ queue: { firstRetryMinutes: 6 } });
  // What waits already is planned anew.
  expect(await eventually(() => due(ruled as string))).toBeLessThanOrEqual(6);
  const [early] = await backlog(domain, 1);
  const minutes = await eventually(() => due(early as string));
  expect(minutes).toBeGreaterThan(5);
  expect(minutes).toBeLessThanOrEqual(6);
  await office.db.query({ text: 'update queue.recipient set due_at = now()' });
  office.bus.emit(queueDue, {});
  await eventually(async () => expect((await office.recipients(early as string))[0]?.attempt).toBe(2));
  expect(await eventually(() => due(early as string))).toBeGreaterThan(179);
  isGrey = false;
  await office.db.query({ text: 'update queue.recipient set due_at = now()' });
  office.bus.emit(queueDue, {});
  await office.settled(early as string);
  expect(far.received.length).toBeGreaterThan(0);
  await office.set({ queue: { firstRetryMinutes: 0 } });
});
