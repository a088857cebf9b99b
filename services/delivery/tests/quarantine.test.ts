// The quarantine as an administrator uses it: what a filter holds is found, looked at without danger, and let go for its
// filter alone, for all of its recipients or for one.
import {
  adminQuarantine,
  adminQueue,
  type AdminQuestion,
  askAdmin,
  type Asker,
  type Bus,
  connectBus,
  QUARANTINE_PIECE,
  wholeServer,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { keepMail } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
const admin: Asker = wholeServer('console:root');
const auditor: Asker = { author: 'console:eye', role: 'auditor', scope: 'all' };

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
afterEach(async () => {
  await office.clearMailboxes();
  for (const table of ['queue.mail', 'queue.recipient', 'queue.verdict', 'audit.entry']) {
    await office.db.query({ text: `delete from ${table}` });
  }
});

/** Held by the first of these filters whose verdict says so. */
async function quarantined(results: Record<string, string>, mail: Partial<TestMail> = {}): Promise<string> {
  const slip = Object.keys(results);
  const id = await office.accept({ to: ['anna@demo.test'], ...mail, slip, step: 'deliver', isSilent: true });
  for (const [filter, result] of Object.entries(results)) {
    await office.db.query({
      text: 'insert into queue.verdict (mail_id, filter, result, reason) values ($1, $2, $3, $4)',
      values: [id, filter, result, `${filter} says`],
    });
  }
  await office.bus.publishStep('deliver', id);
  await eventually(async () => expect(await office.queued(id)).toMatchObject({ state: 'held' }));
  return id;
}

async function ask<Request, Result, Input>(
  question: AdminQuestion<Request, Result, Input>,
  request: NoInfer<Input>,
  asker = admin,
): Promise<Result> {
  const answer = await askAdmin(desk, question, asker, request);
  if (!answer.ok) throw new Error(answer.error.message.en);
  return answer.result;
}

async function found(filter: object): Promise<string[]> {
  return (await ask(adminQuarantine.list, filter)).mails.map(({ mail }) => mail);
}

const written = () =>
  office.db.query<{ action: string; object: string; details: object }>({
    text: 'select action, object, details from audit.entry order by id',
  });

test('the list is what filters hold, newest first: found by filter, sender, recipient and time, and goes on by pages', async () => {
  const first = await quarantined(
    { dlp: 'quarantine' },
    { text: 'Subject: =?utf-8?B?0YLQtdC80LA=?=\r\n\r\n' },
  );
  const second = await quarantined(
    { antivirus: 'quarantine' },
    { to: ['boris@demo.test'], reversePath: 'spy@far.test' },
  );
  const poison = await office.accept({ to: ['anna@demo.test'], isSilent: true });
  await keepMail(office.db, poison, 'poison', 'for this test');
  const all = await ask(adminQuarantine.list, {});
  expect(all).toMatchObject({ total: 2, isTotalExact: true, next: null });
  expect(all.mails.map(({ mail }) => mail)).toEqual([second, first]);
  expect(all.mails[1]).toMatchObject({
    ...{
      subject: 'тема',
      filter: 'dlp',
      reason: 'dlp: dlp says',
      recipients: ['anna@demo.test'],
      recipientCount: 1,
    },
  });
  const { heldAt, expiresAt } = all.mails[0] as (typeof all.mails)[number];
  expect(Date.parse(expiresAt ?? '') - Date.parse(heldAt)).toBe(30 * 86_400_000);
  expect(await found({ filter: 'dlp' })).toEqual([first]);
  expect(await found({ sender: 'SPY@' })).toEqual([second]);
  expect(await found({ recipient: 'boris' })).toEqual([second]);
  expect(await found({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
  const page = await ask(adminQuarantine.list, { limit: 1 });
  expect(page).toMatchObject({ mails: [{ mail: second }], total: 2, next: second });
  expect(await found({ limit: 1, after: second })).toEqual([first]);
});

test('a mail is shown with its verdicts and header; its body only to who may act on it, and that is written down', async () => {
  const text = [
    'From: x@far.test\r\nSubject: bait\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n',
    '--b\r\nContent-Type: text/html\r\n\r\n<b>click</b>\r\n',
    '--b\r\nContent-Type: application/zip; name=a.zip\r\n\r\nPK\r\n--b--\r\n',
  ].join('');
  const mail = await quarantined({ antivirus: 'quarantine' }, { text });
  const shown = await ask(adminQuarantine.show, { mail }, auditor);
  expect(shown).toMatchObject({
    mail: { subject: 'bait', filter: 'antivirus' },
    verdicts: [{ filter: 'antivirus', result: 'quarantine', reason: 'antivirus says' }],
    isHeaderCut: false,
  });
  expect(shown.header).toContainEqual({ name: 'Subject', value: 'bait' });
  expect(JSON.stringify(shown)).not.toContain('click');
  expect(await written()).toEqual([]);
  for (const question of [adminQuarantine.read, adminQuarantine.content]) {
    const refused = await askAdmin(desk, question as typeof adminQuarantine.read, auditor, { mail });
    expect(refused).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  }
  expect(await ask(adminQuarantine.read, { mail })).toEqual({
    texts: [{ type: 'text/html', name: '', text: 'click', isCut: false }],
    attachments: [{ name: 'a.zip', type: 'application/zip', size: 2 }],
    isCut: false,
  });
  expect(await written()).toMatchObject([{ action: 'quarantine.read', object: mail }]);
});

test('the mail itself is given out in pieces, octet by octet, and written down once', async () => {
  const text = Buffer.from(`Subject: large\r\n\r\n${'0123456789\r\n'.repeat(60_000)}`);
  const mail = await quarantined({ dlp: 'quarantine' }, { text });
  const pieces: Buffer[] = [];
  let size = 1;
  for (let offset = 0; offset < size; offset += QUARANTINE_PIECE) {
    const piece = await ask(adminQuarantine.content, { mail, offset });
    size = piece.size;
    pieces.push(Buffer.from(piece.piece, 'base64'));
  }
  expect(pieces.length).toBe(2);
  const whole = Buffer.concat(pieces);
  expect(whole.length).toBe(size);
  expect(whole.subarray(-text.length).equals(text)).toBe(true);
  expect((await ask(adminQuarantine.content, { mail, offset: size })).piece).toBe('');
  expect((await written()).map(({ action }) => action)).toEqual(['quarantine.content']);
});

test('what is no mail of the quarantine does not exist: neither a waiting one nor one that a person holds', async () => {
  const held = await office.accept({ to: ['anna@demo.test'], isSilent: true });
  await keepMail(office.db, held, 'person', 'for this test');
  for (const question of [adminQuarantine.show, adminQuarantine.read, adminQuarantine.content]) {
    const answer = await askAdmin(desk, question as typeof adminQuarantine.read, admin, { mail: held });
    expect(answer).toMatchObject({ ok: false, error: { code: 'notFound' } });
  }
  for (const question of [adminQuarantine.release, adminQuarantine.delete]) {
    expect(await ask(question, { mails: [held] })).toMatchObject({ done: [], skipped: [held] });
  }
  expect(await office.queued(held)).toMatchObject({ state: 'held' });
});

test('a release overrules the filter that holds and no other; mails of several filters are let go by name', async () => {
  const both = await quarantined({ antivirus: 'quarantine', dkim: 'quarantine' });
  const other = await quarantined({ dkim: 'quarantine' });
  const unnamed = await askAdmin(desk, adminQuarantine.release, admin, { mails: [both, other] });
  expect(unnamed).toMatchObject({
    ok: false,
    error: { field: 'filter', message: { en: expect.stringContaining('filter antivirus, filter dkim') } },
  });
  expect(await ask(adminQuarantine.release, { mails: [both, other], filter: 'antivirus' })).toMatchObject({
    ...{ done: [both], skipped: [other] },
  });
  await eventually(async () => expect(await found({ filter: 'dkim' })).toEqual([other, both]));
  expect(await office.messages('anna')).toEqual([]);
  await ask(adminQuarantine.release, { mails: [both, other] });
  for (const mail of [both, other]) await office.settled(mail);
  expect(await office.messages('anna')).toHaveLength(2);
});

test('for one recipient: it gets the mail, the others wait on, and deleting for one leaves the rest', async () => {
  const mail = await quarantined(
    { dkim: 'quarantine' },
    { to: ['anna@demo.test', 'boris@demo.test', 'x@far.test'] },
  );
  const gone = await ask(adminQuarantine.release, { mails: [mail], recipient: 'nobody@demo.test' });
  expect(gone).toMatchObject({ done: [], skipped: [mail] });
  expect(await ask(adminQuarantine.release, { mails: [mail], recipient: 'Anna@demo.test' })).toMatchObject({
    done: [mail],
  });
  await eventually(async () => expect(await office.messages('anna')).toHaveLength(1));
  expect(await office.messages('boris')).toEqual([]);
  expect(await office.queued(mail)).toMatchObject({ state: 'held' });
  expect((await office.recipients(mail)).map(({ address }) => address)).toEqual([
    'boris@demo.test',
    'x@far.test',
  ]);
  await ask(adminQuarantine.delete, { mails: [mail], recipient: 'x@far.test' });
  expect(await office.trace(mail)).toMatchObject([
    { recipient: 'x@far.test', outcome: 'discarded', detail: 'deleted by console:root' },
  ]);
  await ask(adminQuarantine.release, { mails: [mail] });
  await office.settled(mail);
  expect(await office.messages('boris')).toHaveLength(1);
});

test('a recipient that is being sent to is not let go apart', async () => {
  const mail = await quarantined({ dkim: 'quarantine' }, { to: ['anna@demo.test', 'x@far.test'] });
  await office.db.query({
    text: `update queue.recipient set lease_owner = gen_random_uuid() where mail_id = $1 and address = 'x@far.test'`,
    values: [mail],
  });
  const answer = await ask(adminQuarantine.release, { mails: [mail], recipient: 'x@far.test' });
  expect(answer).toMatchObject({ done: [], skipped: [mail] });
});

test("a domain's administrator lets go for its own recipients, and those of others stay held", async () => {
  const [row] = await office.db.query<{ id: number }>({
    text: "select id from directory.domain where name = 'demo.test'",
  });
  const demo: Asker = { author: 'console:demo', role: 'domainAdmin', scope: [row?.id as number] };
  const mail = await quarantined({ dkim: 'quarantine' }, { to: ['anna@demo.test', 'x@far.test'] });
  expect(await ask(adminQuarantine.release, { mails: [mail] }, demo)).toMatchObject({ done: [mail] });
  await eventually(async () => expect(await office.messages('anna')).toHaveLength(1));
  expect(await office.queued(mail)).toMatchObject({ state: 'held' });
  expect((await office.recipients(mail)).map(({ address }) => address)).toEqual(['x@far.test']);
  expect((await ask(adminQuarantine.list, {}, demo)).mails).toEqual([]);
});

test('an approval is of what DLP holds and of nothing else, and its comment is in the log of changes', async () => {
  const dlp = await quarantined({ dlp: 'quarantine' });
  const virus = await quarantined({ antivirus: 'quarantine' });
  const mails = [dlp, virus];
  const approved = await ask(adminQuarantine.approve, { mails, comment: ' the contract is public ' });
  expect(approved).toMatchObject({ done: [dlp], skipped: [virus] });
  await office.settled(dlp);
  expect(await office.messages('anna')).toHaveLength(1);
  expect(await written()).toMatchObject([
    { action: 'quarantine.approve', details: { comment: 'the contract is public' } },
  ]);
  const shown = await ask(adminQueue.show, { mail: virus });
  expect(shown.mail).toMatchObject({ state: 'held', heldFilter: 'antivirus' });
});

test('an approval without a reason, and a release of what DLP holds, let nothing go', async () => {
  const mail = await quarantined({ dlp: 'quarantine' }, { to: ['anna@demo.test', 'x@far.test'] });
  for (const recipient of [undefined, 'anna@demo.test']) {
    const silent = { mails: [mail], comment: '  ', ...(recipient !== undefined && { recipient }) };
    expect(await askAdmin(desk, adminQuarantine.approve, admin, silent)).toMatchObject({
      ok: false,
      error: { code: 'invalid', field: 'comment', message: { ru: expect.stringContaining('почему') } },
    });
    const released = await ask(adminQuarantine.release, { mails: [mail], recipient });
    expect(released).toMatchObject({
      ...{ done: [], skipped: [mail] },
      complaints: [{ problem: { code: 'needsApproval' } }],
    });
  }
  expect(await office.queued(mail)).toMatchObject({ state: 'held' });
  expect((await office.recipients(mail)).map(({ address }) => address)).toEqual([
    'anna@demo.test',
    'x@far.test',
  ]);
  const refused = await office.db.query({
    text: `select outcome from audit.entry where action = 'quarantine.approve'`,
  });
  expect(refused).toEqual([{ outcome: 'invalid' }, { outcome: 'invalid' }]);
});
