// The contract of every bus consumer, for mail.deliver: twice is once, transient trouble comes again, poison is held,
// a crash between commit and acknowledgement loses and doubles nothing.
import { randomUUID } from 'node:crypto';
import { isMissing, mailHeld } from '@pochtar/bus';
import { openDatabase } from '@pochtar/store/db';
import { acceptMails } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startProcess } from './delivery-process.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
});
afterAll(() => office[Symbol.asyncDispose]());
afterEach(async () => {
  for (const table of ['queue.mail', 'queue.recipient', 'store.message']) {
    await office.db.query({ text: `delete from ${table}` });
  }
});

async function addPackOnVolumeThatIsAway(pack: string): Promise<void> {
  await office.db.query({
    text: `with away as (
        insert into store.volume (name, kind, config) values ('away', 'directory', '{"path": "/nowhere/at/all"}') returning id
      )
      insert into store.pack (id, volume_id, writer) select $1, id, $1 from away`,
    values: [pack],
  });
}

/** Accepted, not announced. */
async function acceptMany(count: number, to: string[]): Promise<string[]> {
  const mails = await Promise.all(Array.from({ length: count }, () => office.newMail({ to })));
  await acceptMails(office.db, mails);
  return mails.map(({ id }) => id);
}

async function announce(mails: string[]): Promise<void> {
  await Promise.all(mails.map((mail) => office.bus.publishStep('deliver', mail)));
}

async function inboxState(): Promise<{ uids: number[]; modSeqs: number[]; contents: string[] }> {
  const messages = await office.db.query<{ uid: number; mod_seq: number; content_id: string }>({
    text: `select s.uid, s.mod_seq, s.content_id from store.message s join store.mailbox b on b.id = s.mailbox_id
      where b.account_id = $1 order by s.uid`,
    values: [office.accounts.anna],
  });
  return {
    uids: messages.map(({ uid }) => uid),
    modSeqs: messages.map(({ mod_seq: modSeq }) => modSeq),
    contents: messages.map(({ content_id: contentId }) => contentId),
  };
}

test('the same event twice, before, during and after the delivery, delivers once', async () => {
  const mails = await acceptMany(50, ['anna@demo.test', 'office@demo.test']);
  await announce([...mails, ...mails]);
  await using _first = await office.startDelivery();
  await using _second = await office.startDelivery();
  await announce(mails);
  await Promise.all(mails.map((mail) => office.settled(mail)));
  await announce(mails);
  await eventually(async () => {
    const { state } = await (await office.bus.manager()).streams.info('MAIL');
    expect(state.messages).toBe(0);
  });
  const { contents, uids } = await inboxState();
  expect(contents.toSorted()).toEqual(mails.toSorted());
  expect(uids.at(-1)).toBe((uids[0] as number) + 49);
});

test('transient trouble: while the database refuses, mails wait; then they are delivered, none is held', async () => {
  await using _delivery = await office.startDelivery();
  const mails = await acceptMany(20, ['anna@demo.test', 'office@demo.test']);
  await using superuser = openDatabase({ url: office.database.superuserUrl, max: 1 });
  const limit = (connections: number) =>
    superuser.query({ text: `alter database ${office.database.name} connection limit ${connections}` });
  // Nobody may connect any more, and who is connected is cut off.
  await limit(0);
  try {
    await superuser.query({
      text: `select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'pochtar_delivery' and datname = current_database()`,
    });
    await announce(mails);
    await eventually(async () => {
      const consumer = await (await office.bus.manager()).consumers.info('MAIL', 'delivery');
      expect(consumer.num_ack_pending).toBeGreaterThan(0);
    });
  } finally {
    await limit(-1);
  }
  await Promise.all(mails.map((mail) => office.settled(mail)));
  expect((await inboxState()).contents).toHaveLength(20);
});

test('poison: a mail that fails again and again is held with its reason, and the others pass', async () => {
  const held: string[] = [];
  const listening = office.bus.subscribe(mailHeld, ({ mail }) => void held.push(mail));
  await using _delivery = await office.startDelivery();
  const [broken] = await acceptMany(1, ['office@demo.test']);
  await office.db.query({ text: 'delete from store.content where id = $1', values: [broken] });
  const good = await acceptMany(5, ['office@demo.test']);
  await announce([broken as string, ...good]);
  await Promise.all(good.map((mail) => office.settled(mail)));
  await eventually(async () => {
    expect(await office.queued(broken as string)).toMatchObject({
      state: 'held',
      reason: 'delivery: BrokenMail: its content row is missing',
    });
  });
  await eventually(() => expect(held).toContain(broken));
  listening.stop();
});

test.each([
  { what: 'a body that is nowhere', isVolumeAway: false },
  { what: 'a volume that is away', isVolumeAway: true },
])(
  '$what is waited for: the mail is parked with its reason, not held, and then delivered',
  async ({ isVolumeAway }) => {
    await using _delivery = await office.startDelivery({ POCHTAR_RECONCILE_SECONDS: '0.2' });
    const [mail] = (await acceptMany(1, ['anna@demo.test'])) as [string];
    await office.db.query({ text: `update queue.mail set slip = '{dkim}' where id = $1`, values: [mail] });
    await office.db.query({
      text: `insert into queue.verdict (mail_id, filter, result, prefix) values ($1, 'dkim', 'accept', $2)`,
      values: [mail, Buffer.from('Authentication-Results: x; none\r\n')],
    });
    const move = `update store.content c set pack_id = $2 from (select pack_id from store.content where id = $1) old
    where c.id = $1 returning old.pack_id as id`;
    const elsewhere = randomUUID();
    if (isVolumeAway) await addPackOnVolumeThatIsAway(elsewhere);
    const [pack] = await office.db.query<{ id: string }>({ text: move, values: [mail, elsewhere] });
    await announce([mail]);
    await eventually(async () =>
      expect(await office.queued(mail)).toMatchObject({
        state: 'parked',
        reason: expect.stringMatching(/^its body cannot be read/),
      }),
    );
    await office.db.query({ text: move, values: [mail, pack?.id] });
    await office.db.query({ text: 'update queue.mail set due_at = now() where id = $1', values: [mail] });
    await office.settled(mail);
    expect((await inboxState()).contents).toEqual([mail]);
  },
);

test('a plain batch with one mail that the database refuses delivers the others', async () => {
  await using _delivery = await office.startDelivery();
  const mails = await acceptMany(30, ['anna@demo.test']);
  // The message that this mail would become is there already: inserting it again is refused.
  await office.db.query({
    text: `alter table store.message add constraint poison check (content_id <> '${mails[7] as string}') not valid`,
  });
  try {
    await announce(mails);
    const others = mails.filter((_, index) => index !== 7);
    await Promise.all(others.map((mail) => office.settled(mail)));
    await eventually(async () =>
      expect(await office.queued(mails[7] as string)).toMatchObject({ state: 'held' }),
    );
  } finally {
    await office.db.query({ text: 'alter table store.message drop constraint poison' });
  }
});

test('killed between commit and acknowledgement, again and again: nothing is lost, nothing is doubled', async () => {
  const plain = await acceptMany(600, ['anna@demo.test']);
  const slow = await acceptMany(60, ['office@demo.test']);
  const mails = [...plain, ...slow];
  await announce(mails);
  const left = async (): Promise<number> => {
    const [row] = await office.db.query<{ left: number }>({
      text: 'select count(*)::int as left from queue.mail',
    });
    return row?.left as number;
  };
  for (const goal of [550, 300, 40]) {
    const before = await left();
    if (before <= goal) continue;
    const victim = startProcess(office);
    await eventually(async () => (await left()) < Math.min(goal, before), { timeout: 60_000, interval: 5 });
    await victim.kill();
    // What was in its hands would come back after ack_wait; a consumer made anew gets it at once.
    const { consumers } = await office.bus.manager();
    await consumers.delete('MAIL', 'delivery').catch((error: unknown) => {
      // What its last batch had committed counted before it made the consumer.
      if (!isMissing(error)) throw error;
    });
  }
  await using _last = await office.startDelivery();
  await eventually(async () => (await left()) === 0);
  const { contents, uids, modSeqs } = await inboxState();
  expect(contents.toSorted()).toEqual(mails.toSorted());
  expect(uids).toEqual(uids.map((_, index) => (uids[0] as number) + index));
  expect(modSeqs).toEqual(modSeqs.toSorted((first, second) => first - second));
  const [mailbox] = await office.db.query<{ exists_count: number; uid_next: number }>({
    text: "select exists_count, uid_next from store.mailbox where account_id = $1 and name = 'INBOX'",
    values: [office.accounts.anna],
  });
  expect(mailbox?.uid_next).toBe((uids.at(-1) as number) + 1);
}, 240_000);
