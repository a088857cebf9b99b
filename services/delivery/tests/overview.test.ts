// admin.overview.mail: mail by the hour from counters, in the asker's scope.
import { randomUUID } from 'node:crypto';
import {
  adminOverview,
  askAdmin,
  type Asker,
  type Bus,
  connectBus,
  type MailOverview,
  wholeServer,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { createDomain } from '@pochtar/store/directory';
import { keepMail } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
let delivery: AsyncDisposable;
let desk: Bus;
let demo: Asker;
let two: Asker;
const all = wholeServer('console:root');
const auditor: Asker = { author: 'console:eye', role: 'auditor', scope: 'all' };

beforeAll(async () => {
  office = await openPostOffice();
  delivery = await startCounting();
  const { url, password } = office.nats;
  desk = await connectBus({ url, user: 'console', password, name: 'console', log: silentLogger() });
  const [row] = await office.db.query<{ id: number }>({
    text: "select id from directory.domain where name = 'demo.test'",
  });
  const asker = (id: number): Asker => ({ author: 'console:x', role: 'domainAdmin', scope: [id] });
  demo = asker(row?.id as number);
  two = asker((await createDomain(office.db, 'two.test')) as number);
});
const startCounting = () => office.startDelivery({ POCHTAR_TRAFFIC_SECONDS: '0.05' });
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
afterEach(async () => {
  await office.clearMailboxes();
  for (const table of ['queue.mail', 'queue.recipient', 'trace.refusal', 'trace.delivery', 'trace.traffic'])
    await office.db.query({ text: `delete from ${table}` });
});

async function ask(asker: Asker): Promise<MailOverview> {
  const answer = await askAdmin(desk, adminOverview.mail, asker, {});
  if (!answer.ok) throw new Error(answer.error.message.en);
  return answer.result;
}

const resting = (to: string[], more: { accountId?: number } = {}): Promise<string> =>
  office.accept({
    ...{ to, slip: ['dlp'], isSilent: true, ...more },
    origin: more.accountId === undefined ? 'incoming' : 'submitted',
  });

async function refuse(reply: string, recipients: string[], count: number): Promise<void> {
  await office.db.query({
    text: `insert into trace.refusal (at, reply, recipient, recipients, count) values (now(), $1, $2, $3, $4)`,
    values: [reply, recipients[0] ?? null, recipients, count],
  });
}

describe('mail by the hour', () => {
  test('a mail that came in and was delivered is counted once, a notice of the server and a split part never', async () => {
    const mail = await office.accept({ to: ['anna@demo.test', 'boris@demo.test'] });
    await office.settled(mail);
    await office.accept({ to: ['anna@demo.test'], origin: 'system', reversePath: '' });
    const derived = randomUUID().replace(/^(.{14})./, '$18');
    await office.accept({ to: ['anna@demo.test'], id: derived, slip: ['dlp'], isSilent: true });
    await eventually(async () => {
      const { day, hours } = await ask(all);
      expect(day).toMatchObject({ accepted: 1, delivered: 3, relayed: 0, returned: 0, refused: 0 });
      expect(hours).toHaveLength(48);
      // The hour may have turned between the two.
      const [before, now] = hours.slice(-2);
      expect((before?.accepted ?? 0) + (now?.accepted ?? 0)).toBe(1);
      expect((before?.delivered ?? 0) + (now?.delivered ?? 0)).toBe(3);
      expect(hours.at(0)).toMatchObject({ accepted: 0, delivered: 0 });
    });
  });

  test('refused for good and asked to come again are told apart, with the most frequent replies', async () => {
    await refuse('550 5.1.1 no such mailbox here', ['x@demo.test'], 7);
    await refuse('451 4.7.1 try again later', ['anna@demo.test'], 40);
    await eventually(async () => {
      const { day, reasons } = await ask(all);
      expect(day).toMatchObject({ refused: 7, putOff: 40 });
      expect(reasons).toEqual([
        { reply: '451 4.7.1 try again later', count: 40 },
        { reply: '550 5.1.1 no such mailbox here', count: 7 },
      ]);
    });
  });

  test('an attempt that will be repeated is counted as it happens', async () => {
    office.dns.fail('nobody.test', 'SERVFAIL');
    await office.accept({ to: ['z@nobody.test'], accountId: office.accounts.anna, origin: 'submitted' });
    await eventually(async () => {
      expect((await ask(all)).day).toMatchObject({ accepted: 1, deferred: 1, relayed: 0 });
    });
    expect((await ask(demo)).day).toMatchObject({ accepted: 1, deferred: 1 });
    expect((await ask(two)).day).toMatchObject({ accepted: 0, deferred: 0 });
  });

  test('hours that passed while no delivery ran are counted when one runs again', async () => {
    await delivery[Symbol.asyncDispose]();
    for (const hours of [1, 5, 30])
      await office.db.query({
        text: `insert into trace.delivery (mail_id, recipient, ended_at, accepted_at, reverse_path, origin, size, outcome)
          values ($1, 'z@far.test', now() - make_interval(hours => $2), now() - make_interval(hours => $2), '', 'incoming', 1, 'relayed')`,
        values: [randomUUID(), hours],
      });
    await office.db.query({ text: 'delete from trace.traffic' });
    delivery = await startCounting();
    await eventually(async () => {
      const { hours, day } = await ask(all);
      expect(hours.map(({ relayed }, at) => (relayed > 0 ? 47 - at : -1)).filter((at) => at >= 0)).toEqual([
        30, 5, 1,
      ]);
      expect(day).toMatchObject({ accepted: 2, relayed: 2 });
    });
  });
});

describe('scope', () => {
  test('a domain counts what concerns it: its recipients, and what its accounts submit; the server counts each once', async () => {
    await resting(['anna@demo.test', 'x@two.test']);
    await resting(['x@two.test', 'z@far.test'], { accountId: office.accounts.anna });
    await resting(['x@two.test']);
    await refuse('550 no', ['y@two.test', 'z@two.test'], 3);
    await eventually(async () => {
      expect((await ask(all)).day).toMatchObject({ accepted: 3, refused: 3 });
      expect((await ask(demo)).day).toMatchObject({ accepted: 2, refused: 0 });
      expect((await ask(two)).day).toMatchObject({ accepted: 3, refused: 3 });
    });
    expect((await ask(demo)).reasons).toEqual([]);
    expect((await ask(demo)).queue).toMatchObject({ waiting: 2 });
    expect((await ask(two)).queue).toMatchObject({ waiting: 3 });
  });

  test('the disk is nothing to an administrator of domains; an auditor sees what an administrator sees', async () => {
    expect((await ask(demo)).disk).toBeNull();
    expect((await ask(auditor)).disk).toMatchObject({ lowWaterBytes: 512 * 1024 * 1024 });
  });

  test('held mails are told to whom they concern, with what to do', async () => {
    const mail = await resting(['anna@demo.test']);
    await office.db.transaction((tx) => keepMail(tx, mail, 'person', 'looked at'));
    const { queue, remarks } = await ask(demo);
    expect(queue.held).toBe(1);
    expect(remarks).toMatchObject([{ code: 'mailHeld', to: '/queue?state=held&holder=person' }]);
    const other = await resting(['anna@demo.test']);
    await office.db.transaction((tx) => keepMail(tx, other, { filter: 'dlp' }, 'words'));
    const both = await ask(demo);
    expect(both.queue.held).toBe(2);
    expect(both.remarks.map(({ code, to }) => [code, to])).toEqual([
      ['mailQuarantined', '/quarantine'],
      ['mailHeld', '/queue?state=held&holder=person'],
    ]);
    expect((await ask(two)).remarks).toEqual([]);
  });

  test('a queue that empties is empty at the next count', async () => {
    await resting(['x@two.test']);
    await eventually(async () => expect((await ask(two)).queue.waiting).toBe(1));
    for (const table of ['queue.mail', 'queue.recipient'])
      await office.db.query({ text: `delete from ${table}` });
    await eventually(async () => expect((await ask(two)).queue.waiting).toBe(0));
    expect((await ask(all)).queue).toMatchObject({ waiting: 0, oldestAt: null });
  });
});

test('what a queue of an hour ago was makes a growing one known', async () => {
  for (let number = 0; number < 60; number++) await resting(['anna@demo.test']);
  await office.db.query({
    text: `insert into trace.traffic (domain_id, hour, waiting, counted_at)
      values (0, date_trunc('hour', now()) - interval '1 hour', 3, now())
      on conflict (domain_id, hour) do update set waiting = 3`,
  });
  await eventually(async () => {
    expect((await ask(all)).remarks).toMatchObject([{ code: 'queueGrows', to: '/queue?tab=destinations' }]);
  });
});
