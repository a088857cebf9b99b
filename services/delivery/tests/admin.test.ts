// What a person does with the queue, over the bus as the console asks, in the scope it has.
import {
  adminQueue,
  adminTrace,
  askAdmin,
  type Asker,
  connectBus,
  type Bus,
  mailRefused,
  noMailAddress,
  wholeServer,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { createDomain } from '@pochtar/store/directory';
import { findRefusals } from '@pochtar/store/trace';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FarSide, reply, startFarSide } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';

let office: PostOffice;
let console_: Bus;
let far: FarSide;
let isFarReady = false;
const admin: Asker = wholeServer('console:root');

beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  console_ = await connectBus({
    ...{
      url: office.nats.url,
      user: 'console',
      password: office.nats.password,
      name: 'console',
      log: silentLogger(),
    },
  });
  far = await startFarSide(office, 'far.test', {
    onRcpt: () => {
      if (!isFarReady) throw reply('451 4.7.1 later');
    },
  });
});
afterAll(async () => {
  await far[Symbol.asyncDispose]();
  await console_[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
afterEach(async () => {
  isFarReady = false;
  far.received.length = 0;
  await office.clearMailboxes();
  for (const table of ['queue.mail', 'queue.recipient', 'queue.verdict', 'trace.refusal']) {
    await office.db.query({ text: `delete from ${table}` });
  }
});

const byAnna = { reversePath: 'anna@demo.test', origin: 'submitted' } as const;

async function waiting(mail: Partial<TestMail> = {}): Promise<string> {
  const id = await office.accept({ ...byAnna, to: ['x@far.test'], ...mail });
  await eventually(async () => {
    const [row] = await office.recipients(id);
    expect(row).toMatchObject({ leaseOwner: null, lastReply: expect.any(String) });
  });
  return id;
}

async function quarantined(mail: Partial<TestMail> = {}): Promise<string> {
  const id = await office.accept({
    to: ['anna@demo.test'],
    ...mail,
    slip: ['dkim'],
    step: 'deliver',
    isSilent: true,
  });
  await office.db.query({
    text: `insert into queue.verdict (mail_id, filter, result, reason) values ($1, 'dkim', 'quarantine', 'DMARC')`,
    values: [id],
  });
  await office.bus.publishStep('deliver', id);
  await eventually(async () => expect(await office.queued(id)).toMatchObject({ state: 'held' }));
  return id;
}

type Change = 'retry' | 'hold' | 'release' | 'delete' | 'return';

async function change(
  action: Change,
  mails: string[],
  asker = admin,
): Promise<{ done: string[]; skipped: string[] }> {
  const answer = await askAdmin(console_, adminQueue[action], asker, { mails });
  if (!answer.ok) throw new Error(answer.error.message.en);
  const { done, skipped } = answer.result;
  return { done, skipped };
}

async function ask<R>(
  asked: Promise<{ ok: true; result: R } | { ok: false; error: { message: { en: string } } }>,
): Promise<R> {
  const answer = await asked;
  if (!answer.ok) throw new Error(answer.error.message.en);
  return answer.result;
}

describe('the list', () => {
  test('shows states, recipients and reasons; filters by state, sender, recipient; goes on by pages', async () => {
    const scheduled = await waiting();
    const held = await quarantined();
    const all = await ask(askAdmin(console_, adminQueue.list, admin, {}));
    expect(all).toMatchObject({ total: 2, next: null });
    expect(all.mails.map(({ mail, state }) => [mail, state])).toEqual([
      [scheduled, 'scheduled'],
      [held, 'held'],
    ]);
    expect(all.mails[0]).toMatchObject({
      reversePath: 'anna@demo.test',
      recipientCount: 1,
      reason: expect.stringContaining('451 4.7.1 later'),
      recipients: [
        { address: 'x@far.test', route: 'remote', attempts: 1, lastReply: expect.stringContaining('later') },
      ],
    });
    const ids = async (filter: object): Promise<string[]> =>
      (await ask(askAdmin(console_, adminQueue.list, admin, filter))).mails.map(({ mail }) => mail);
    expect(await ids({ state: 'held' })).toEqual([held]);
    expect(await ids({ sender: 'ANNA@' })).toEqual([scheduled]);
    expect(await ids({ recipient: 'anna@' })).toEqual([held]);
    expect(await ids({ recipient: '%' })).toEqual([]);
    const first = await ask(askAdmin(console_, adminQueue.list, admin, { limit: 1 }));
    expect(first).toMatchObject({ total: 2, next: scheduled });
    expect(await ids({ limit: 1, after: scheduled })).toEqual([held]);
  });

  test('says why a mail that nobody has refused yet is still here', async () => {
    let letGo: () => void = () => {};
    const hung = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await using slow = await startFarSide(office, 'slow.test', { onData: () => hung });
    const mail = await office.accept({ ...byAnna, to: [`x@${slow.domain}`] });
    const reason = async (): Promise<string | null | undefined> =>
      (await ask(askAdmin(console_, adminQueue.list, admin, {}))).mails[0]?.reason;
    await eventually(async () => expect(await reason()).toBe('it is being sent'));
    letGo();
    await office.settled(mail);
    const waits = await office.accept({ ...byAnna, to: ['y@held.test'], isSilent: true, step: 'schedule' });
    await office.db.query({
      // As behind connections that are all in use.
      text: `update queue.recipient set route = 'remote', destination = 'held.test', due_at = now(), lease_owner = null
        where mail_id = $1`,
      values: [waits],
    });
    await office.db.query({ text: `update queue.mail set slip = '{dkim}' where id = $1`, values: [waits] });
    expect(await reason()).toBe('it waits for a free connection');
  });

  test('of one mail: subject, slip and verdicts', async () => {
    const held = await quarantined({ text: 'Subject: =?utf-8?B?0YLQtdC80LA=?=\r\n\r\n' });
    const shown = await ask(askAdmin(console_, adminQueue.show, admin, { mail: held }));
    expect(shown).toMatchObject({
      subject: 'тема',
      slip: ['dkim'],
      clientAddress: '192.0.2.7',
      verdicts: [{ filter: 'dkim', result: 'quarantine', reason: 'DMARC' }],
    });
    const missing = await askAdmin(console_, adminQueue.show, admin, {
      mail: '00000000-0000-7000-8000-000000000000',
    });
    expect(missing).toMatchObject({ ok: false, error: { code: 'notFound', field: 'mail' } });
  });

  test('architecture §12: what is outside of the scope does not exist, and cannot be changed', async () => {
    const ours = await waiting({ accountId: office.accounts.anna });
    const other = await createDomain(office.db, 'other.test');
    const [demo] = await office.db.query<{ id: number }>({
      text: "select id from directory.domain where name = 'demo.test'",
    });
    const stranger: Asker = { author: 'console:other', role: 'domainAdmin', scope: [other as number] };
    expect(await ask(askAdmin(console_, adminQueue.list, stranger, {}))).toMatchObject({
      mails: [],
      total: 0,
    });
    expect(await askAdmin(console_, adminQueue.show, stranger, { mail: ours })).toMatchObject({ ok: false });
    expect(await change('delete', [ours], stranger)).toEqual({ done: [], skipped: [ours] });
    const owner: Asker = { author: 'console:demo', role: 'domainAdmin', scope: [demo?.id as number] };
    expect((await ask(askAdmin(console_, adminQueue.list, owner, {}))).total).toBe(1);
    const toOther = await waiting({ reversePath: 'x@far.test', to: ['y@far.test'] });
    expect(await change('delete', [ours, toOther], owner)).toEqual({ done: [ours], skipped: [toOther] });
  });
});

describe('an action', () => {
  test('retry: tries now', async () => {
    const mail = await waiting();
    isFarReady = true;
    expect(await change('retry', [mail])).toEqual({ done: [mail], skipped: [] });
    await office.settled(mail);
    expect(far.received).toHaveLength(1);
  });

  test('hold: nothing happens to it; retry does not move it; release lets it go', async () => {
    const mail = await waiting();
    isFarReady = true;
    expect(await change('hold', [mail])).toMatchObject({ done: [mail] });
    expect(await office.queued(mail)).toMatchObject({ state: 'held', reason: 'held by console:root' });
    expect((await office.recipients(mail))[0]?.dueAt).toBeNull();
    expect(await change('retry', [mail])).toEqual({ done: [], skipped: [mail] });
    expect(await change('release', [mail])).toMatchObject({ done: [mail] });
    await office.settled(mail);
    expect(far.received).toHaveLength(1);
  });

  test('release: a quarantined mail is delivered, its verdict untouched; one that is not held is left', async () => {
    const mail = await quarantined();
    expect(await change('release', [mail])).toMatchObject({ done: [mail] });
    await office.settled(mail);
    expect(await office.messages('anna')).toHaveLength(1);
    const free = await waiting();
    expect(await change('release', [free])).toEqual({ done: [], skipped: [free] });
  });

  test('release: a filter that has not spoken is not overruled', async () => {
    const mail = await office.accept({ to: ['anna@demo.test'], slip: ['antivirus'], isSilent: true });
    await change('hold', [mail]);
    await change('release', [mail]);
    expect(await office.queued(mail)).toMatchObject({ state: 'active', step: 'antivirus' });
    await office.db.query({
      text: `with judged as (insert into queue.verdict (mail_id, filter, result) values ($1, 'antivirus', 'quarantine'))
        update queue.mail set step = 'deliver' where id = $1`,
      values: [mail],
    });
    await office.bus.publishStep('deliver', mail);
    await eventually(async () => expect(await office.queued(mail)).toMatchObject({ state: 'held' }));
    expect(await office.messages('anna')).toEqual([]);
  });

  test('redirect: a quarantined mail goes to another address in spite of its quarantine', async () => {
    const mail = await quarantined();
    await askAdmin(console_, adminQueue.redirect, admin, { mails: [mail], to: 'boris@demo.test' });
    await office.settled(mail);
    expect(await office.messages('boris')).toHaveLength(1);
    expect(await office.messages('anna')).toEqual([]);
  });

  test('release: a quarantined mail for another server leaves', async () => {
    isFarReady = true;
    const mail = await quarantined({ to: ['x@far.test'] });
    await change('release', [mail]);
    await office.settled(mail);
    expect(far.received).toHaveLength(1);
  });

  test('delete: gone without a notice; the trace says who did it', async () => {
    const mails = [await waiting(), await quarantined(byAnna)];
    expect(await change('delete', mails)).toEqual({ done: mails, skipped: [] });
    for (const mail of mails) expect(await office.queued(mail)).toBeNull();
    expect(await office.trace(mails[0] as string)).toMatchObject([
      { outcome: 'discarded', detail: 'deleted by console:root' },
    ]);
    expect(await office.messages('anna')).toEqual([]);
  });

  test('return: the sender is told that the mail was given up', async () => {
    const mail = await waiting({ dsnReturn: 'FULL' });
    expect(await change('return', [mail])).toMatchObject({ done: [mail] });
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    const [notice] = await noticesIn(office, 'anna');
    expect(notice?.status[1]).toMatchObject({ action: 'failed', status: '5.7.1' });
    expect(notice?.returned.type).toBe('message/rfc822');
  });

  test('redirect: another address gets it instead; the trace says so', async () => {
    const mail = await waiting({ to: ['x@far.test', 'y@far.test'] });
    const answer = await askAdmin(console_, adminQueue.redirect, admin, {
      mails: [mail],
      to: 'Boris@Demo.test',
    });
    expect(answer).toMatchObject({ ok: true, result: { done: [mail] } });
    await office.settled(mail);
    expect(await office.messages('boris')).toHaveLength(1);
    expect(await office.trace(mail)).toMatchObject([
      { recipient: 'boris@demo.test', outcome: 'delivered' },
      { recipient: 'x@far.test', outcome: 'redirected', detail: 'to boris@demo.test by console:root' },
      { recipient: 'y@far.test', outcome: 'redirected' },
    ]);
    const bad = await askAdmin(console_, adminQueue.redirect, admin, { mails: [mail], to: 'no address' });
    expect(bad).toMatchObject({ error: { field: 'to', message: noMailAddress('no address') } });
  });

  test('redirect: no scan, no pass: a mail at a filter stays there', async () => {
    const mail = await office.accept({ to: ['anna@demo.test'], slip: ['antivirus'], isSilent: true });
    await askAdmin(console_, adminQueue.redirect, admin, { mails: [mail], to: 'boris@demo.test' });
    expect(await office.queued(mail)).toMatchObject({ step: 'antivirus', state: 'active' });
    expect(await office.messages('boris')).toEqual([]);
  });

  test('on a mail that has left the queue is skipped', async () => {
    const gone = '00000000-0000-7000-8000-000000000000';
    for (const action of ['retry', 'hold', 'release', 'delete', 'return'] as const) {
      expect(await change(action, [gone])).toEqual({ done: [], skipped: [gone] });
    }
  });
});

describe('the trace', () => {
  test('finds by address, outcome and time, newest first; and shows one mail, ended and queued', async () => {
    const first = await office.accept({ ...byAnna, to: ['boris@demo.test'] });
    await office.settled(first);
    const second = await office.accept({
      ...byAnna,
      to: ['nobody@demo.test', 'boris@demo.test', 'x@far.test'],
    });
    await eventually(async () =>
      expect((await office.recipients(second)).map(({ lastReply }) => lastReply)).toEqual([
        expect.any(String),
      ]),
    );
    const find = async (filter: object): Promise<string[]> =>
      (await ask(askAdmin(console_, adminTrace.find, admin, filter))).deliveries
        .filter(({ mail }) => mail === first || mail === second)
        .map(({ mail, recipient }) => `${mail === first ? 1 : 2} ${recipient}`);
    expect(await find({ address: 'BORIS' })).toEqual(['2 boris@demo.test', '1 boris@demo.test']);
    expect(await find({ outcome: 'bounced', sender: 'anna' })).toEqual(['2 nobody@demo.test']);
    expect(await find({ recipient: 'boris', limit: 1 })).toEqual(['2 boris@demo.test']);
    expect(await find({ until: new Date(Date.now() - 3_600_000).toISOString() })).toEqual([]);
    expect(await find({ since: new Date(Date.now() - 3_600_000).toISOString() })).toHaveLength(3);
    const shown = await ask(askAdmin(console_, adminTrace.show, admin, { mail: second }));
    expect(shown.deliveries.map(({ recipient }) => recipient).toSorted()).toEqual([
      'boris@demo.test',
      'nobody@demo.test',
    ]);
    expect(shown.queued).toMatchObject({ mail: second, recipients: [{ address: 'x@far.test' }] });
  });

  test('refused attempts are one row a minute for each client and reply, with their number, and found', async () => {
    const refusal = {
      clientAddress: '203.0.113.9',
      reversePath: 'spam@bad.test',
      recipient: 'anna@demo.test',
      reply: '554 5.7.1 no',
      count: 3,
    };
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        office.bus.publish(mailRefused, {
          ...refusal,
          otherRecipients: [],
          at: new Date(Date.UTC(2026, 10, 27, 1, 2, index)).toISOString(),
          ...(index > 0 && { recipient: `r${index}@demo.test` }),
        }),
      ),
    );
    await eventually(async () => {
      const found = await ask(askAdmin(console_, adminTrace.find, admin, { clientAddress: '203.0.113.9' }));
      expect(found.refusals).toEqual([
        { ...refusal, otherRecipients: expect.any(Array), at: '2026-11-27T01:02:00.000Z', count: 150 },
      ]);
      expect(found.refusals[0]?.otherRecipients).toHaveLength(19);
    });
  });

  test('the second recipient of a minute is found as the first is, in scope, and shown first', async () => {
    const event = {
      clientAddress: '203.0.113.10',
      reversePath: 's@bad.test',
      reply: '450 4.2.0 wait',
      count: 1,
    };
    const told = [
      { at: '2026-11-27T02:02:00.000Z', recipient: 'anna@demo.test', otherRecipients: ['x@elsewhere.test'] },
      { at: '2026-11-27T02:02:01.000Z', recipient: 'boris@demo.test', otherRecipients: ['anna@demo.test'] },
    ];
    for (const one of told) await office.bus.publish(mailRefused, { ...event, ...one });
    const find = async (filter: object) =>
      (
        await ask(
          askAdmin(console_, adminTrace.find, admin, { clientAddress: event.clientAddress, ...filter }),
        )
      ).refusals;
    await eventually(async () => expect((await find({}))[0]?.count).toBe(2));
    expect(await find({ recipient: 'boris' })).toMatchObject([
      { recipient: 'boris@demo.test', otherRecipients: ['anna@demo.test', 'x@elsewhere.test'] },
    ]);
    expect(await find({ address: 'ELSEWHERE' })).toMatchObject([{ recipient: 'x@elsewhere.test' }]);
    expect(await find({ recipient: 'clara' })).toEqual([]);
    expect(await find({})).toMatchObject([{ recipient: 'anna@demo.test' }]);
    const domains = await office.db.query<{ id: number }>({
      text: "select id from directory.domain where name = 'demo.test'",
    });
    const scope = domains.map(({ id }) => id);
    const { rows: seen } = await findRefusals(office.db, scope, {
      clientAddress: event.clientAddress,
      limit: 10,
    });
    expect(seen).toMatchObject([{ recipient: 'anna@demo.test', otherRecipients: ['boris@demo.test'] }]);
    const { rows: out } = await findRefusals(office.db, scope, { recipient: 'elsewhere', limit: 10 });
    expect(out).toEqual([]);
  });
});

describe('a test mail', () => {
  const send = (to: string, who = admin, domain?: string) =>
    askAdmin(console_, adminQueue.sendTest, who, { to, ...(domain !== undefined && { domain }) });

  test('arrives from the postmaster of a domain of ours, and its way is in the trace', async () => {
    const sent = await send('anna@demo.test');
    if (!sent.ok) throw new Error(sent.error.code);
    expect(sent.result.from).toBe('postmaster@demo.test');
    await office.settled(sent.result.mail);
    expect(await office.trace(sent.result.mail)).toMatchObject([{ outcome: 'delivered' }]);
    const [message] = await office.messages('anna');
    expect(message?.text).toContain('From: Mail Delivery System <postmaster@demo.test>');
    expect(message?.text).toMatch(/^Return-Path: <postmaster@demo\.test>/);
  });

  test('goes out with a sender that can be answered', async () => {
    isFarReady = true;
    const sent = await send('far@far.test');
    if (!sent.ok) throw new Error(sent.error.code);
    await office.settled(sent.result.mail);
    expect(far.received).toHaveLength(1);
    expect(far.received[0]).toMatchObject({ from: 'postmaster@demo.test' });
  });

  test.each([
    ['nowhere', undefined, { field: 'to', message: noMailAddress('nowhere') }],
    ['anna@demo.test', 'far.test', { field: 'domain' }],
  ])('to %s from %s: the complaint names the field', async (to, domain, error) => {
    expect(await send(to, admin, domain)).toMatchObject({ ok: false, error: { code: 'invalid', ...error } });
  });

  test('of who looks after some domains goes to those alone, and from those alone', async () => {
    const other = await createDomain(office.db, 'otto.test');
    const who: Asker = { author: 'console:otto', role: 'domainAdmin', scope: [other as number] };
    const forbidden = { ok: false, error: { code: 'forbidden', field: 'to' } };
    expect(await send('anna@demo.test', who)).toMatchObject(forbidden);
    expect(await send('far@far.test', who)).toMatchObject(forbidden);
    expect(await send('x@otto.test', who, 'demo.test')).toMatchObject({
      ok: false,
      error: { field: 'domain' },
    });
    expect(await send('x@otto.test', who)).toMatchObject({ ok: true });
  });
});
