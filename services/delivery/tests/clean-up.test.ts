// What grows by itself goes by itself: a delivery process that cleans up every moment, with its own rights.
import { randomUUID } from 'node:crypto';
import { keepMail } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice({ trace: { keepDays: 30 } });
  await office.startDelivery({ POCHTAR_CLEAN_UP_SECONDS: '0.2' });
});
afterAll(() => office[Symbol.asyncDispose]());

async function count(table: string, where = 'true'): Promise<number> {
  const [row] = await office.db.query<{ count: number }>({
    text: `select count(*) as count from ${table} where ${where}`,
  });
  return row?.count ?? 0;
}

test('the trace is kept as long as the setting says, refusals as well, and a changed setting counts at once', async () => {
  for (const days of [1, 20, 40])
    await office.db.query({
      text: `with d as (
          insert into trace.delivery (mail_id, recipient, ended_at, accepted_at, reverse_path, origin, size, outcome)
          values ($1, 'anna@demo.test', now() - make_interval(days => $2), now(), '', 'incoming', 1, 'delivered'))
        insert into trace.refusal (at, reply) values (now() - make_interval(days => $2), '550 no')`,
      values: [randomUUID(), days],
    });
  await eventually(async () => expect(await count('trace.delivery')).toBe(2));
  await eventually(async () => expect(await count('trace.refusal')).toBe(2));
  await office.set({ trace: { keepDays: 10 } });
  await eventually(async () => expect(await count('trace.delivery')).toBe(1));
  await eventually(async () => expect(await count('trace.refusal')).toBe(1));
});

test('quarantine.expiryDays: what a filter holds for longer is deleted with its trace and nobody is told; other holds stay', async () => {
  const held = async (days: number, holder: 'poison' | { filter: string }): Promise<string> => {
    const id = await office.accept({
      to: ['anna@demo.test'],
      slip: ['dlp'],
      step: 'deliver',
      isSilent: true,
    });
    await keepMail(office.db, id, holder, 'held for this test');
    await office.db.query({
      text: 'update queue.mail set step_at = now() - make_interval(days => $2) where id = $1',
      values: [id, days],
    });
    return id;
  };
  await office.set({ quarantine: { expiryDays: 0 } });
  const old = await held(400, { filter: 'dlp' });
  const poison = await held(400, 'poison');
  const fresh = await held(9, { filter: 'antivirus' });
  // A part that comes after it in the same round has been at work: nothing went while the setting said never.
  await office.db.query({
    text: `insert into lists.login_failure (subject, failures, until) values ('address gone', 1, now() - interval '1 minute')`,
  });
  await eventually(async () => expect(await count('lists.login_failure')).toBe(0));
  expect(await office.queued(old)).toMatchObject({ state: 'held' });
  await office.set({ quarantine: { expiryDays: 10 } });
  await office.settled(old);
  expect(await office.trace(old)).toMatchObject([
    { recipient: 'anna@demo.test', outcome: 'discarded', detail: 'the quarantine keeps mail for 10 days' },
  ]);
  expect(await count('queue.owed_notice')).toBe(0);
  for (const mail of [poison, fresh]) expect(await office.queued(mail)).toMatchObject({ state: 'held' });
  for (const table of ['queue.mail', 'queue.recipient', 'store.content'])
    await office.db.query({ text: `delete from ${table}` });
});

test('bans that are over go, however many have gathered', async () => {
  await office.db.query({
    text: `insert into lists.login_failure (subject, failures, until)
      select 'address made-up ' || n, 1, now() - interval '1 minute' from generate_series(1, 12000) n`,
  });
  await office.db.query({
    text: `insert into lists.login_failure (subject, failures, until) values ('address here', 1, now() + interval '1 hour')`,
  });
  await eventually(async () => expect(await count('lists.login_failure')).toBe(1));
});

test('RFC 7162 §3.2.7: of many expunges the oldest are forgotten, and the floor of the mailbox says so', async () => {
  const [inbox] = await office.db.query<{ id: number }>({
    text: `update store.mailbox set mod_seq = 30000 where account_id = $1 and name = 'INBOX' returning id`,
    values: [office.accounts.anna],
  });
  const id = inbox?.id;
  await office.db.query({
    text: `insert into store.expunged (mailbox_id, uid, mod_seq) select $1, n, n from generate_series(1, 20001) n`,
    values: [id],
  });
  await eventually(async () => expect(await count('store.expunged', `mailbox_id = ${id}`)).toBe(10_000));
  expect(await count('store.mailbox', `id = ${id} and expunged_floor = 10001`)).toBe(1);
  expect(await count('store.expunged', `mailbox_id = ${id} and mod_seq <= 10001`)).toBe(0);
});

test('a body that nothing refers to any more goes after a day, and its pack when it was empty for an hour', async () => {
  const mail = await office.accept({ to: ['anna@demo.test'] });
  await office.settled(mail);
  const [content] = await office.db.query<{ pack_id: string }>({
    text: 'select pack_id from store.content where id = $1',
    values: [mail],
  });
  const pack = content?.pack_id as string;
  await office.clearMailboxes();
  await office.db.query({
    text: `insert into store.maybe_dead (content_id, since) values ($1, now() - interval '25 hours')`,
    values: [mail],
  });
  await eventually(async () => expect(await count('store.content', `id = '${mail}'`)).toBe(0));
  // Its writer has died long ago: the pack is sealed first.
  await office.db.query({
    text: `update store.pack set created_at = now() - interval '10 days' where id = $1`,
    values: [pack],
  });
  await eventually(async () => expect(await count('store.pack', `id = '${pack}' and sealed`)).toBe(1));
  await office.db.query({
    text: `update store.pack set sealed_at = now() - interval '2 hours', emptied_at = now() - interval '2 hours' where id = $1`,
    values: [pack],
  });
  await eventually(async () => expect(await count('store.pack', `id = '${pack}'`)).toBe(0));
});
