// Who may send: a claim before connecting, a lease while it lasts, nothing lost with a sender that is killed.
import { randomUUID } from 'node:crypto';
import { queueDue } from '@pochtar/bus';
import { openDatabase } from '@pochtar/store/db';
import { beat, claimDue, endDeadLeases, renewLease } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startProcess } from './delivery-process.ts';
import { startFarSide } from './far-side.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
});
afterAll(() => office[Symbol.asyncDispose]());
afterEach(async () => {
  await office.db.query({ text: 'delete from queue.connection' });
  for (const table of ['queue.mail', 'queue.recipient', 'queue.verdict', 'queue.sender']) {
    await office.db.query({ text: `delete from ${table}` });
  }
});

/** A mail whose remote recipients are due. */
async function due(to: string[], more: { slip?: string[] } = {}): Promise<string> {
  const mail = await office.accept({ to, isSilent: true, step: 'schedule', ...more });
  await office.db.query({
    text: `update queue.recipient set route = 'remote', due_at = now(), destination = regexp_replace(address, '^.*@', '')
      where mail_id = $1`,
    values: [mail],
  });
  return mail;
}

function claim(more: Partial<Parameters<typeof claimDue>[1]> = {}): ReturnType<typeof claimDue> {
  return claimDue(office.db, {
    ...{ lease: randomUUID(), sender: randomUUID(), inHand: [], leaseSeconds: 60, busy: [], limit: 100 },
    ...{ destinations: 100, connections: 10, expiredBefore: new Date(0) },
    ...more,
  });
}

/** Their time is over. */
async function leasesEnd(): Promise<void> {
  await office.db.query({ text: 'update queue.recipient set due_at = now()' });
  await office.db.query({ text: 'update queue.connection set until = now()' });
}

describe('a claim', () => {
  test('counts the attempt and is committed: nobody else gets the recipients while the lease lasts', async () => {
    const mail = await due(['a@one.test', 'b@one.test', 'c@two.test']);
    const claimed = await claim();
    expect([...claimed.keys()].toSorted()).toEqual(['one.test', 'two.test']);
    expect(claimed.get('one.test')?.mails[0]?.recipients.map(({ address }) => address)).toEqual([
      'a@one.test',
      'b@one.test',
    ]);
    expect(await claim()).toEqual(new Map());
    const rows = await office.recipients(mail);
    expect(
      rows.every(
        ({ attempt, leaseOwner, dueAt }) =>
          attempt === 1 && leaseOwner !== null && (dueAt as Date).getTime() > Date.now() + 50_000,
      ),
    ).toBe(true);
  });

  test('is taken by one of many at the same time', async () => {
    for (let count = 0; count < 30; count++) await due([`x@d${count}.test`]);
    const claims = await Promise.all([1, 2, 3, 4].map(() => claim({ limit: 20 })));
    const taken = claims.flatMap((claimed) =>
      [...claimed.values()].flatMap(({ mails }) => mails).map(({ id }) => id),
    );
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken).toHaveLength(30);
  });

  test('leaves busy destinations, held mails, and mails that a filter has not passed', async () => {
    await due(['a@busy.test']);
    const held = await due(['a@one.test']);
    await office.db.query({ text: `update queue.mail set state = 'held' where id = $1`, values: [held] });
    const unjudged = await due(['a@two.test'], { slip: ['antivirus'] });
    const refused = await due(['a@three.test'], { slip: ['antivirus'] });
    const insert = 'insert into queue.verdict (mail_id, filter, result) values ($1, $2, $3)';
    await office.db.query({ text: insert, values: [refused, 'antivirus', 'quarantine'] });
    expect(await claim({ busy: ['busy.test'] })).toEqual(new Map());
    await office.db.query({ text: insert, values: [unjudged, 'antivirus', 'accept'] });
    await office.db.query({
      text: 'update queue.mail set released_filters = slip where id = $1',
      values: [refused],
    });
    expect([...(await claim({ busy: ['busy.test'] })).keys()].toSorted()).toEqual(['three.test', 'two.test']);
  });

  test('is renewed while it is ours, and whoever lost it learns so', async () => {
    const mail = await due(['a@one.test']);
    const lease = randomUUID();
    await claim({ lease, leaseSeconds: 1 });
    const keys = [{ mail, address: 'a@one.test' }];
    expect(await renewLease(office.db, lease, keys, 60)).toEqual([]);
    expect((await office.recipients(mail))[0]?.dueAt?.getTime()).toBeGreaterThan(Date.now() + 50_000);
    await leasesEnd();
    await claim();
    expect(await renewLease(office.db, lease, keys, 60)).toEqual(keys);
  });

  test('is written by the role of the program, and by none that has no business with it', async () => {
    await due(['a@one.test']);
    for (const role of ['imap', 'pop3', 'ldap', 'smtp', 'filter-antivirus']) {
      await using db = openDatabase({
        url: office.database.url(role),
        password: office.database.password,
        max: 1,
      });
      await expect(
        claimDue(db, {
          ...{ lease: randomUUID(), sender: randomUUID(), inHand: [] },
          ...{
            leaseSeconds: 1,
            busy: [],
            limit: 1,
            destinations: 1,
            connections: 1,
            expiredBefore: new Date(0),
          },
        }),
      ).rejects.toThrow(/permission denied/);
    }
  });
});

describe('leases of a sender', () => {
  test('that have ended are not claimed again by the process whose work goes on', async () => {
    const mail = await due(['a@one.test']);
    const lease = randomUUID();
    await claim({ lease });
    await leasesEnd();
    expect(await claim({ inHand: [lease] })).toEqual(new Map());
    expect((await claim({ inHand: [randomUUID()] })).get('one.test')?.mails[0]?.id).toBe(mail);
  });

  test('that gives no sign of life are ended, those of one that does are not', async () => {
    const [alive, dead] = [randomUUID(), randomUUID()];
    const mails = [await due(['a@one.test']), await due(['b@two.test'])];
    await claim({ sender: alive, busy: ['two.test'] });
    await claim({ sender: dead });
    await beat(office.db, dead);
    await office.db.query({ text: `update queue.sender set beat_at = now() - interval '11 seconds'` });
    await beat(office.db, alive);
    expect(await endDeadLeases(office.db, 10, 120)).toBe(1);
    const [first, second] = await Promise.all(mails.map((mail) => office.recipients(mail)));
    expect(first?.[0]?.dueAt?.getTime()).toBeGreaterThan(Date.now() + 50_000);
    expect(second?.[0]?.dueAt?.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await endDeadLeases(office.db, 10, 120)).toBe(0);
  });
});

const QUICK = { POCHTAR_SENDER_BEAT_SECONDS: '0.2' };

/** A far side that keeps the first mail's sender waiting until it is let go. */
async function slowFarSide(domain: string) {
  let reached = 0;
  let closed = 0;
  let letGo: () => void = () => {};
  const hung = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const far = await startFarSide(office, domain, {
    onData: () => (++reached === 1 ? hung : undefined),
    options: {
      onClose: () => {
        closed++;
      },
    },
  });
  return { far, letGo: () => letGo(), reached: () => reached, closed: () => closed };
}

describe('a sender that dies', () => {
  test('leaves what it had in hand to another one within its missing signs of life, not at the end of the lease', async () => {
    const { far, reached } = await slowFarSide('dies.test');
    await using _far = far;
    const mail = await due(['x@dies.test']);
    await using sender = startProcess(office, {
      ...QUICK,
      POCHTAR_REMOTE_PORT: String(office.ports.get('dies.test')),
    });
    await eventually(() => expect(reached()).toBe(1));
    await sender.kill();
    await using _other = await office.startDelivery(QUICK);
    await office.settled(mail);
    expect(far.received.map(({ to }) => to)).toEqual([['x@dies.test']]);
  });

  test('between the 250 of a far side and its own commit loses nothing, and doubles that mail alone', async () => {
    let taken = 0;
    let sender: ReturnType<typeof startProcess> | null = null;
    // It has the mail, and whoever sent it dies before it hears so.
    await using far = await startFarSide(office, 'unheard.test', {
      onData: async () => {
        if (++taken % 2 === 1) await sender?.kill();
      },
    });
    const names = ['x', 'y', 'z'];
    const mails: string[] = [];
    for (const name of names) mails.push(await due([`${name}@unheard.test`]));
    const environment = { ...QUICK, POCHTAR_REMOTE_PORT: String(office.ports.get('unheard.test')) };
    for (const mail of mails) {
      const before = taken;
      await using next = startProcess(office, environment);
      sender = next;
      await eventually(() => taken > before && taken % 2 === 1);
      // Nothing was written.
      expect(await office.recipients(mail)).toHaveLength(1);
    }
    await using _last = await office.startDelivery(QUICK);
    for (const mail of mails) await office.settled(mail);
    const copies = names.map(
      (name) => far.received.filter(({ to }) => to[0] === `${name}@unheard.test`).length,
    );
    expect(copies).toEqual([2, 2, 2]);
    for (const mail of mails) expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed' }]);
  });

  test('and one that only hung sends nothing a second time but the mail it was in the middle of', async () => {
    const { far, reached, closed, letGo } = await slowFarSide('hangs.test');
    await using _far = far;
    const mails: string[] = [];
    for (const name of ['x', 'y', 'z']) mails.push(await due([`${name}@hangs.test`]));
    await using sender = startProcess(office, {
      ...QUICK,
      POCHTAR_REMOTE_PORT: String(office.ports.get('hangs.test')),
    });
    await eventually(() => expect(reached()).toBe(1));
    sender.pause();
    await using _other = await office.startDelivery(QUICK);
    for (const mail of mails) await office.settled(mail);
    await eventually(() => expect(closed()).toBe(1));
    letGo();
    sender.resume();
    // It has come to the end of what it had in hand.
    await eventually(() => expect(closed()).toBe(2));
    const sent = far.received.map(({ to }) => String(to[0])).toSorted();
    expect(sent).toEqual(['x@hangs.test', 'x@hangs.test', 'y@hangs.test', 'z@hangs.test']);
    for (const mail of mails) expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed' }]);
  });
});

describe('a sender that is killed in the middle of the data', () => {
  test('holds nothing: when its lease ends another one delivers, the attempt counted', async () => {
    let isHanging = true;
    let reached = 0;
    await using far = await startFarSide(office, 'slow.test', {
      onData: async () => {
        reached++;
        if (isHanging) await new Promise(() => {});
      },
    });
    const environment = { POCHTAR_REMOTE_PORT: String(office.ports.get('slow.test')) };
    const mail = await office.accept({ to: ['x@slow.test'] });
    await using sender = startProcess(office, environment);
    await eventually(() => reached === 1);
    await sender.kill();
    const [leased] = await office.recipients(mail);
    expect(leased).toMatchObject({ attempt: 1, leaseOwner: expect.any(String) });
    expect(leased?.dueAt?.getTime()).toBeGreaterThan(Date.now() + 60_000);
    isHanging = false;
    await using _other = await office.startDelivery();
    // Two minutes pass.
    await office.db.query({
      text: 'update queue.recipient set due_at = now(), lease_until = now() where mail_id = $1',
      values: [mail],
    });
    office.bus.emit(queueDue, {});
    await office.settled(mail);
    expect(far.received).toHaveLength(1);
    expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed', attempts: 2 }]);
  });
});

describe('a sender that is stopped', () => {
  test('finishes what it has in hand within its grace, and gives the rest back untried', async () => {
    let reached = 0;
    await using far = await startFarSide(office, 'stuck.test', {
      onData: async () => {
        reached++;
        await new Promise(() => {});
      },
    });
    const delivery = await office.startDelivery({}, { graceMs: 100 });
    const mails = [
      await office.accept({ to: ['x@stuck.test'] }),
      await office.accept({ to: ['y@stuck.test'] }),
    ];
    await eventually(() => reached > 0);
    await delivery[Symbol.asyncDispose]();
    for (const mail of mails) {
      const [row] = await office.recipients(mail);
      expect(row).toMatchObject({ attempt: 0, leaseOwner: null });
      expect(row?.dueAt?.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
    }
    expect(far.received).toEqual([]);
  });
});

describe('an outcome', () => {
  test('of a lease that went to another sender is not written', async () => {
    let isHanging = true;
    let hang: () => void = () => {};
    const hung = new Promise<void>((resolve) => {
      hang = resolve;
    });
    await using far = await startFarSide(office, 'late.test', {
      onData: () => (isHanging ? hung : undefined),
    });
    const delivery = await office.startDelivery();
    const mail = await office.accept({ to: ['x@late.test'] });
    await eventually(async () => expect((await office.recipients(mail))[0]?.leaseOwner).not.toBeNull());
    const other = randomUUID();
    await office.db.query({
      text: 'update queue.recipient set lease_owner = $2 where mail_id = $1',
      values: [mail, other],
    });
    isHanging = false;
    hang();
    // Stopping waits for what is under way.
    await delivery[Symbol.asyncDispose]();
    expect(far.received).toHaveLength(1);
    expect(await office.trace(mail)).toEqual([]);
    expect((await office.recipients(mail))[0]?.leaseOwner).toBe(other);
  });
});

test('whoever hangs in the middle of a claim keeps the others from claiming for seconds only', async () => {
  const mail = await due(['a@one.test']);
  await using hung = openDatabase({
    url: office.database.url('delivery'),
    password: office.database.password,
    max: 1,
  });
  const isIn = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const hanging = hung
    .transaction(async (tx) => {
      const claiming = claimDue(
        { ...hung, transaction: (work) => work(tx) },
        {
          ...{
            lease: randomUUID(),
            sender: randomUUID(),
            inHand: [],
            leaseSeconds: 60,
            busy: [],
            limit: 100,
          },
          ...{ destinations: 100, connections: 10, expiredBefore: new Date(0) },
        },
      );
      await claiming;
      isIn.resolve();
      // Never committed: it is cut off.
      await letGo.promise;
    })
    .catch((error: unknown) => error);
  await isIn.promise;
  expect((await claim()).get('one.test')?.mails[0]?.id).toBe(mail);
  letGo.resolve();
  expect(await hanging).toBeInstanceOf(Error);
});
