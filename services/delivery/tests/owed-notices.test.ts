// Notices are owed: what became of a mail is written whatever keeps its notice from being made, and a notice is made
// once, when it can be.
import { randomUUID } from 'node:crypto';
import { queueDue } from '@pochtar/bus';
import { beat, claimOwedNotices, endDeadLeases, nextOwedNotice } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reply } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

const HOUR = 3_600_000;

let office: PostOffice;
let { farSide, send, sent, deferred } = {} as Sending;
beforeAll(async () => {
  office = await openPostOffice();
  ({ farSide, send, sent, deferred } = sending(office));
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(() => office.clearMailboxes());
afterEach(async () => {
  for (const table of ['queue.mail', 'queue.recipient', 'queue.owed_notice'])
    await office.db.query({ text: `delete from ${table}` });
});

/** No process opens a new pack: the disk is full, or read-only. */
async function withoutNewPacks(work: () => Promise<void>): Promise<void> {
  // The pack that the test itself writes to stays open.
  await office.newMail({ to: [] });
  const text = 'alter table store.pack add constraint full_disk check (false) not valid';
  await office.db.query({ text });
  try {
    await work();
  } finally {
    await office.db.query({ text: 'alter table store.pack drop constraint full_disk' });
  }
}

interface OwedRow {
  kind: string;
  attempts: number;
  reason: string | null;
}

function owed(): Promise<OwedRow[]> {
  return office.db.query({ text: 'select kind, attempts, reason from queue.owed_notice' });
}

async function makeNow(): Promise<void> {
  await office.db.query({ text: 'update queue.owed_notice set due_at = now()' });
  office.bus.emit(queueDue, {});
}

/** Owes a notice for so long, tried so often. */
async function failed(hoursAgo: number, attempts: number): Promise<string> {
  const mail = await office.accept({ to: [], isSilent: true });
  await office.db.query({
    text: `insert into queue.owed_notice (id, mail_id, kind, content_id, is_full, reverse_path, accepted_at, recipients,
        owed_since, attempts)
      values ($1, $2, 'failed', $2, false, 'anna@demo.test', now(), $3, now() - make_interval(hours => $4), $5)`,
    values: [
      ...[randomUUID(), mail],
      JSON.stringify([{ address: 'x@y.test', originalRecipient: null, expandedFrom: null, status: '5.1.1' }]),
      ...[hoursAgo, attempts],
    ],
  });
  return mail;
}

describe('while no notice can be stored', () => {
  test('what the far side took is settled and never sent again, what it refused is told later, once', async () => {
    await using far = await farSide({
      onRcpt: (address) => {
        if (address.startsWith('never')) throw reply('550 5.1.1 no such person');
      },
    });
    await withoutNewPacks(async () => {
      await using _delivery = await office.startDelivery();
      const mail = await sent({ to: [`good@${far.domain}`, `never@${far.domain}`] });
      expect(far.received).toHaveLength(1);
      expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed' }, { outcome: 'bounced' }]);
      await eventually(async () => expect(await owed()).toMatchObject([{ kind: 'failed', attempts: 1 }]));
      await eventually(async () => expect((await owed())[0]?.reason).toMatch(/BlobWriteError/));
    });
    await using _delivery = await office.startDelivery();
    await makeNow();
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    const [notice] = await noticesIn(office, 'anna');
    expect(notice?.status[1]).toMatchObject({
      'final-recipient': `rfc822; never@${far.domain}`,
      status: '5.1.1',
    });
    expect(await owed()).toEqual([]);
    expect(far.received).toHaveLength(1);
  });

  test('local mail of the same batch is delivered, once, and the notice of a delivery follows', async () => {
    await withoutNewPacks(async () => {
      await using _delivery = await office.startDelivery();
      const boris = { address: 'boris@demo.test', accountId: office.accounts.boris, notify: 'SUCCESS' };
      const ids = [await send({ to: [boris] })];
      for (let count = 0; count < 3; count++) ids.push(await office.accept({ to: ['boris@demo.test'] }));
      for (const id of ids) await office.settled(id);
      expect(await office.messages('boris')).toHaveLength(4);
      expect(await office.messages('anna')).toEqual([]);
    });
    await using _delivery = await office.startDelivery();
    await makeNow();
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    expect((await noticesIn(office, 'anna'))[0]?.status[1]).toMatchObject({ action: 'delivered' });
    expect(await office.messages('boris')).toHaveLength(4);
  });
});

describe('notices that wait for the volume', () => {
  test('are all made soon after it takes bodies again, however long their pauses have grown', async () => {
    for (let count = 0; count < 12; count++) await failed(0, 6);
    await using _delivery = await office.startDelivery();
    await withoutNewPacks(async () => {
      await makeNow();
      await eventually(async () =>
        expect((await owed()).filter(({ reason }) => reason?.startsWith('BlobWriteError'))).toHaveLength(12),
      );
    });
    // Each would wait for a quarter of an hour.
    await eventually(async () => expect(await owed()).toEqual([]));
    // Made is not yet delivered.
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(12));
  });
});

describe('an owed notice', () => {
  test('is made by one process of many', async () => {
    for (let count = 0; count < 20; count++) await failed(0, 0);
    await using _first = await office.startDelivery();
    await using _second = await office.startDelivery();
    await makeNow();
    await eventually(async () => expect(await owed()).toEqual([]));
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(20));
  });

  test('is tried again with growing pauses', async () => {
    await failed(0, 4);
    await withoutNewPacks(async () => {
      await using _delivery = await office.startDelivery();
      await eventually(async () => expect((await owed())[0]?.reason).not.toBeNull());
    });
    const [row] = await office.db.query<{ seconds: number }>({
      text: 'select extract(epoch from due_at - now())::int as seconds from queue.owed_notice',
    });
    expect(row?.seconds).toBeGreaterThan(200);
    expect(row?.seconds).toBeLessThanOrEqual(240);
  });

  test('that could not be made within the lifetime of the queue is given up, with its trace', async () => {
    await failed(100, 50);
    await withoutNewPacks(async () => {
      await using _delivery = await office.startDelivery();
      await eventually(async () => expect(await owed()).toEqual([]));
    });
    const trace = await office.db.query({
      text: `select recipient, outcome, detail from trace.delivery where origin = 'system' and recipient = 'anna@demo.test'
        and outcome = 'bounced'`,
    });
    expect(trace).toEqual([
      {
        recipient: 'anna@demo.test',
        outcome: 'bounced',
        detail: expect.stringContaining('the notice could not be made'),
      },
    ]);
  });

  test('waits for a volume that does not have the original, and after some hours goes without it', async () => {
    const young = await failed(0, 0);
    const old = await failed(5, 20);
    await office.db.query({
      text: 'update store.content set pack_id = $1 where id = any($2::uuid[])',
      values: [randomUUID(), [young, old]],
    });
    await using _delivery = await office.startDelivery();
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    await eventually(async () => expect(await owed()).toMatchObject([{ attempts: 1 }]));
    expect((await noticesIn(office, 'anna'))[0]?.returned.text.trim()).toBe('');
  });

  test('that is being made is nobody else’s', async () => {
    await failed(0, 0);
    const claim = (): ReturnType<typeof claimOwedNotices> =>
      claimOwedNotices(office.db, { sender: randomUUID(), limit: 10, seconds: 60 });
    expect(await claim()).toHaveLength(1);
    expect(await claim()).toEqual([]);
  });

  test('comes again at once to the sender that has not heard of its claim, and from a dead one to the others', async () => {
    await failed(0, 0);
    const first = randomUUID();
    const claim = (sender: string): ReturnType<typeof claimOwedNotices> =>
      claimOwedNotices(office.db, { sender, limit: 10, seconds: 180 });
    await beat(office.db, first);
    expect(await claim(first)).toHaveLength(1);
    expect(await nextOwedNotice(office.db, first)).toBeInstanceOf(Date);
    expect(await claim(first)).toMatchObject([{ attempts: 2 }]);
    await office.db.query({
      text: `update queue.sender set beat_at = now() - interval '1 minute' where id = $1`,
      values: [first],
    });
    expect(await endDeadLeases(office.db, 10, 120)).toBe(1);
    expect(await claim(randomUUID())).toMatchObject([{ attempts: 3 }]);
  });
});

describe('a recipient that fails once more', () => {
  test('after it was redirected back is told of once more', async () => {
    await using far = await farSide({
      onRcpt: () => {
        throw reply('550 5.1.1 no such person');
      },
    });
    await using _delivery = await office.startDelivery();
    const id = await send({ to: [`x@${far.domain}`] });
    await office.settled(id);
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    // As a redirection back does: the same address is a recipient of the same mail once more.
    const again = await office.newMail({ to: [`x@${far.domain}`], reversePath: 'anna@demo.test' });
    await office.db.query({
      text: `insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, step, step_at)
        values ($1, $1, $2, 'anna@demo.test', 'submitted', 1, 'schedule', now())`,
      values: [id, again.acceptedAt],
    });
    await office.db.query({
      text: `insert into queue.recipient (mail_id, address, route, destination, due_at) values ($1, $2, 'remote', $3, now())`,
      values: [id, `x@${far.domain}`, far.domain],
    });
    office.bus.emit(queueDue, {});
    await office.settled(id);
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(2));
  });
});

describe('a delay notice that fails', () => {
  test('keeps nothing else from leaving, and no other sender from being told', async () => {
    await using busy = await farSide({
      onRcpt: () => {
        throw reply('450 4.2.1 busy');
      },
    });
    await using far = await farSide();
    const acceptedAt = new Date(Date.now() - 5 * HOUR);
    const mails: string[] = [];
    {
      await using _delivery = await office.startDelivery();
      for (const name of ['first', 'second'])
        mails.push(await send({ to: [`${name}@${busy.domain}`], acceptedAt }));
      for (const mail of mails) await deferred(mail);
    }
    await office.db.query({
      text: 'update queue.recipient set delay_notified = false where mail_id = any($1::uuid[])',
      values: [mails],
    });
    await office.db.query({ text: 'delete from queue.owed_notice' });
    await office.db.query({
      text: `alter table queue.owed_notice add constraint poison check (mail_id <> '${mails[0] as string}') not valid`,
    });
    try {
      const waiting = await send({ to: [`x@${far.domain}`], isSilent: true });
      await using _delivery = await office.startDelivery();
      await office.bus.publishStep('deliver', waiting);
      await office.settled(waiting);
      await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
      expect((await noticesIn(office, 'anna'))[0]?.status[1]).toMatchObject({
        action: 'delayed',
        'final-recipient': `rfc822; second@${busy.domain}`,
      });
      const after = await send({ to: [`y@${far.domain}`] });
      await office.settled(after);
    } finally {
      await office.db.query({ text: 'alter table queue.owed_notice drop constraint poison' });
    }
  });
});
