// What happens to a mail when something else fails: nothing that was answered 250 is lost, nothing comes twice, and one
// mail's trouble is no other's.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { stepSubject } from '@pochtar/bus';
import { openDatabase } from '@pochtar/store/db';
import { eventually, switchableDisk, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type CutProxy, startCutProxy } from './cut-proxy.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

const SESSIONS = 16;
let smtp: SmtpHarness;
let proxy: CutProxy;
const directory = temporaryDirectory();
const databaseDisk = switchableDisk(join(directory.path, 'database'));

beforeAll(async () => {
  smtp = await startSmtp({
    // The first step of a mail is its delivery.
    settings: { dkim: { verify: false } },
    databaseDirectory: databaseDisk.path,
    postgresThrough: async (target) => (proxy = await startCutProxy(target)),
  });
});
afterAll(async () => {
  await smtp[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});
beforeEach(async () => {
  for (const table of ['queue.mail', 'queue.recipient', 'store.content']) {
    await smtp.db.query({ text: `delete from ${table}` });
  }
});

/** Sends one mail from each of so many sessions at the same moment; answers the reply codes by sender. */
async function sendFromAll(senders: string[]): Promise<Map<string, string>> {
  const clients = await Promise.all(senders.map(() => Client.greeted(smtp.ports.mx)));
  for (const [index, client] of clients.entries()) {
    expect((await client.begin(senders[index] as string, 'anna@demo.test')).code).toBe(354);
  }
  const replies = await Promise.all(
    clients.map((client) => {
      client.write('Subject: x\r\n\r\ntext\r\n.\r\n');
      return client.reply(90_000);
    }),
  );
  for (const client of clients) client.close();
  return new Map(senders.map((sender, index) => [sender, replies[index]?.text ?? '']));
}

async function queued(): Promise<string[]> {
  const rows = await smtp.db.query<{ sender: string }>({
    text: 'select reverse_path as sender from queue.mail order by reverse_path',
  });
  return rows.map((row) => row.sender);
}

const senders = Array.from(
  { length: SESSIONS },
  (_, index) => `s${String(index).padStart(2, '0')}@remote.test`,
);

describe('architecture §5.4: a commit group', () => {
  test('that the server refuses because of one mail refuses only that mail', async () => {
    await using superuser = openDatabase({ url: smtp.superuserUrl, max: 1 });
    await superuser.query({
      text: `create function queue.poison() returns trigger language plpgsql as $$
        begin
          if new.reverse_path like 's07%' then raise exception 'poison' using errcode = '22021'; end if;
          return new;
        end $$`,
    });
    await superuser.query({
      text: 'create trigger poison before insert on queue.mail for each row execute function queue.poison()',
    });
    const replies = await sendFromAll(senders);
    await superuser.query({ text: 'drop function queue.poison() cascade' });
    for (const [sender, text] of replies) {
      expect(text).toMatch(sender.startsWith('s07') ? /^554 5\.6\.0 / : /^250 2\.0\.0 queued as /);
    }
    expect(await queued()).toEqual(senders.filter((sender) => !sender.startsWith('s07')));
  });

  test.each(['53100', '53200', '53400'])(
    'that the database has no room for (SQLSTATE %s) is told so at once, all of it',
    async (code) => {
      await using superuser = openDatabase({ url: smtp.superuserUrl, max: 1 });
      await superuser.query({
        text: `create function queue.full() returns trigger language plpgsql as $$
          begin raise exception 'no room' using errcode = '${code}'; end $$`,
      });
      await superuser.query({
        text: 'create trigger no_room before insert on queue.mail for each row execute function queue.full()',
      });
      const replies = await sendFromAll(senders.slice(0, 3));
      await superuser.query({ text: 'drop function queue.full() cascade' });
      for (const text of replies.values()) expect(text).toMatch(/^452 4\.3\.1 /);
      expect(await queued()).toEqual([]);
    },
  );

  test('that meets a fault of the database is put off, all of it', async () => {
    await using superuser = openDatabase({ url: smtp.superuserUrl, max: 1 });
    await superuser.query({ text: 'revoke insert on queue.mail from pochtar_smtp' });
    const replies = await sendFromAll(senders.slice(0, 3));
    await superuser.query({ text: 'grant insert on queue.mail to pochtar_smtp' });
    for (const text of replies.values()) expect(text).toMatch(/^451 4\.3\.0 /);
    expect(await queued()).toEqual([]);
  });
});

describe('architecture §1.1: a commit whose outcome is unknown', () => {
  test('is repeated with the same ids: every mail is there once, and each client gets its 250', async () => {
    const before = proxy.lost;
    proxy.loseAnswersTo('accept', 3);
    const replies = await sendFromAll(senders);
    for (const text of replies.values()) expect(text).toMatch(/^250 2\.0\.0 queued as /);
    expect(proxy.lost - before).toBe(3);
    expect(await queued()).toEqual(senders);
    const ids = [...replies.values()].map((text) => text.split(' ').at(-1) as string);
    const rows = await smtp.db.query<{ id: string }>({ text: 'select id from queue.mail order by id' });
    expect(rows.map((row) => row.id)).toEqual(ids.toSorted());
    proxy.loseAnswersTo('', 0);
  });

  test('the database comes back within the minute: the clients have waited for nothing worse', async () => {
    await using locker = openDatabase({ url: smtp.superuserUrl, max: 1 });
    await using killer = openDatabase({ url: smtp.superuserUrl, max: 1 });
    const clients = await Promise.all(senders.slice(0, 4).map(() => Client.greeted(smtp.ports.mx)));
    for (const [index, client] of clients.entries()) {
      await client.begin(senders[index] as string, 'anna@demo.test');
    }
    await locker.transaction(async (tx) => {
      await tx.query({ text: 'lock table queue.mail in access exclusive mode' });
      for (const client of clients) client.write('Subject: x\r\n\r\n.\r\n');
      // The sessions of the service are killed while their commits wait for the lock.
      await eventually(async () => {
        const killed = await killer.query({
          text: `select pg_terminate_backend(pid) from pg_stat_activity
            where usename = 'pochtar_smtp' and wait_event_type = 'Lock'`,
        });
        return killed.length > 0;
      });
    });
    for (const client of clients) expect((await client.reply()).code).toBe(250);
    for (const client of clients) client.close();
    expect(await queued()).toEqual(senders.slice(0, 4));
  });
});

test('architecture §1.1: an outcome that stays unknown is answered 451, for all of the group', async () => {
  let answers: CutProxy | null = null;
  await using place = await startSmtp({
    repeatMs: 400,
    postgresThrough: async (target) => (answers = await startCutProxy(target)),
  });
  const clients = await Promise.all([1, 2, 3].map(() => Client.greeted(place.ports.mx)));
  for (const client of clients) await client.begin('a@remote.test', 'anna@demo.test');
  (answers as CutProxy | null)?.loseAnswersTo('accept', Number.POSITIVE_INFINITY);
  for (const client of clients) client.write('Subject: x\r\n\r\n.\r\n');
  for (const client of clients) expect((await client.reply()).text).toMatch(/^451 4\.3\.0 /);
  for (const client of clients) client.close();
  await (answers as CutProxy | null)?.[Symbol.asyncDispose]();
});

test('a volume that takes no packs makes the service unready, with the reason; it is ready again when the volume is', async () => {
  const away = `${smtp.volumeDirectory}-away`;
  const large = `Subject: large\r\n\r\n${'x'.repeat(98).concat('\r\n').repeat(15_000)}`;
  const client = await Client.greeted(smtp.ports.mx);
  await rename(smtp.volumeDirectory, away);
  expect((await client.send('a@remote.test', 'anna@demo.test', large)).text).toMatch(/^451 4\.3\.0/);
  // The directory is gone and its mark with it; what to do is said.
  expect(smtp.health.faults()['volume']).toMatch(
    /volume "first": its mark is not there.*; mount the right disk/,
  );
  await rename(away, smtp.volumeDirectory);
  expect((await client.send('a@remote.test', 'anna@demo.test', large)).code).toBe(250);
  expect(smtp.health.faults()).toEqual({});
  client.close();
});

test('RFC 3463 §3.4: a database whose disk is nearly full takes no mail, not even one that is coming in; then it does', async () => {
  const client = await Client.greeted(smtp.ports.mx);
  expect((await client.begin('a@remote.test', 'anna@demo.test')).code).toBe(354);
  databaseDisk.fill();
  await eventually(() => expect(smtp.health.faults()['disk']).toMatch(/on the disk of the database/), {
    timeout: 30_000,
  });
  client.write('Subject: x\r\n\r\ntext\r\n.\r\n');
  expect((await client.reply()).text).toMatch(/^452 4\.3\.1/);
  expect((await client.say('MAIL FROM:<a@remote.test>')).text).toMatch(/^452 4\.3\.1/);
  expect(await queued()).toEqual([]);
  databaseDisk.empty();
  await eventually(() => expect(smtp.health.ready).toBe(true));
  expect((await client.send('a@remote.test', 'anna@demo.test', 'Subject: y\r\n')).code).toBe(250);
  client.close();
});

describe('architecture §1.2: the bus carries, Postgres remembers', () => {
  test('one event tells the first step of the mails of a commit', async () => {
    const heard: string[] = [];
    const subscription = smtp.bus.connection.subscribe(stepSubject('deliver').name);
    void (async () => {
      for await (const message of subscription) heard.push(...message.json<{ mails: string[] }>().mails);
    })();
    await smtp.bus.connection.flush();
    const replies = await sendFromAll(senders);
    const ids = [...replies.values()].map((text) => text.split(' ').at(-1) as string);
    // What an earlier test left is told late, perhaps.
    const ours = (): string[] => heard.filter((id) => ids.includes(id)).toSorted();
    await eventually(() => expect(ours()).toEqual(ids.toSorted()));
    subscription.unsubscribe();
  });

  test('while it is away mail is taken as ever, and a service that stops does not wait for it', async () => {
    await smtp.nats.kill();
    const started = performance.now();
    const replies = await sendFromAll(senders.slice(0, 3));
    expect(performance.now() - started).toBeLessThan(5000);
    for (const text of replies.values()) expect(text).toMatch(/^250 /);
    expect(await queued()).toEqual(senders.slice(0, 3));
    await smtp.nats.start();
    await eventually(() => smtp.bus.connected);
  });
});
