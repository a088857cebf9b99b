// Owners of mailboxes are told of the quarantine: two delivery processes that look every moment, with their own rights.
import { keepMail } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';

let office: PostOffice;

beforeAll(async () => {
  office = await openPostOffice();
  await office.db.query({
    text: `insert into directory.address (address, domain_id, kind, targets)
      select unnest(array['desk@demo.test', 'circle@demo.test']), id, unnest(array['alias', 'group']),
        array['boris@demo.test', 'x@far.test'] from directory.domain where name = 'demo.test'`,
  });
  for (let replicas = 0; replicas < 2; replicas++)
    await office.startDelivery({ POCHTAR_CLEAN_UP_SECONDS: '0.2' });
});
afterAll(() => office[Symbol.asyncDispose]());
afterEach(async () => {
  await switchTo(false);
  await office.clearMailboxes();
  for (const table of ['queue.mail', 'queue.recipient'])
    await office.db.query({ text: `delete from ${table}` });
});

/** Off: until it is forgotten who was told. */
async function switchTo(ownerDigest: boolean): Promise<void> {
  await office.set({ quarantine: { ownerDigest } });
  if (!ownerDigest) await eventually(async () => expect(await state()).toBeUndefined());
}

async function state(): Promise<{ until: Date; isTelling: boolean } | undefined> {
  const [row] = await office.db.query<{ until: Date; isTelling: boolean }>({
    text: `select told_until as until, telling_until is not null as "isTelling" from queue.quarantine_digest`,
  });
  return row;
}

const isTold = () =>
  eventually(async () => expect(await state()).toMatchObject({ until: expect.any(Date), isTelling: false }));

async function held(filter: string, mail: Partial<TestMail> = {}): Promise<string> {
  const text = 'From: x@far.test\r\nSubject: =?utf-8?B?0YHRh9GR0YI=?=\r\n\r\nhello\r\n';
  const to = ['anna@demo.test'];
  const id = await office.accept({ text, to, ...mail, slip: ['antivirus'], step: 'deliver', isSilent: true });
  await keepMail(office.db, id, { filter }, 'held for this test');
  return id;
}

/** The words of each digest, without the frame of the mail. */
async function told(name: 'anna' | 'boris' | 'carla'): Promise<string[]> {
  const messages = await office.messages(name);
  return messages.map(({ text }) => {
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).toMatch(/^Return-Path: <>\r\n/);
    return Buffer.from(text.slice(text.indexOf('\r\n\r\n')), 'base64').toString('utf8');
  });
}

/** As if all had been told a day before `mail` came. */
async function toldADayBefore(mail: string): Promise<void> {
  const day = "interval '25 hours'";
  await office.db.query({
    text: `update queue.mail set step_at = step_at - ${day} where id <> $1`,
    values: [mail],
  });
  // Last, since a round may come at any time.
  await office.db.query({ text: `update queue.quarantine_digest set told_until = told_until - ${day}` });
}

test('quarantine.ownerDigest: each owner is told once a day what is held for him, and of nothing else', async () => {
  const first = await held('antivirus');
  const second = await held('dkim', { to: ['anna@demo.test', 'desk@demo.test'], reversePath: '' });
  const others = [
    await held('dlp', { to: ['carla@demo.test'] }),
    await held('antivirus', {
      to: ['carla@demo.test'],
      origin: 'submitted',
      accountId: office.accounts.boris,
    }),
    await held('antivirus', { to: ['circle@demo.test', 'x@far.test', 'gone@demo.test'] }),
  ];
  await switchTo(true);
  await eventually(async () => expect(await told('anna')).toHaveLength(1));
  await isTold();
  const [words = ''] = await told('anna');
  expect(words).toContain('Для anna@demo.test задержано писем: 2.');
  expect(words).toContain('Mails held for anna@demo.test: 2.');
  expect(words).toMatch(
    / {2}счёт\r\n {2}\(no sender\)\r\n {2}\d{4}-\d\d-\d\d \d\d:\d\d UTC, sender check, kept until /,
  );
  for (const mail of [first, second]) expect(words).toContain(mail);
  for (const mail of others) expect(words).not.toContain(mail);
  await eventually(async () => expect(await told('boris')).toHaveLength(1));
  const [toBoris = ''] = await told('boris');
  expect(toBoris).toContain(second);
  expect(toBoris).not.toContain(first);
  expect(await told('carla')).toEqual([]);
  const third = await held('antivirus');
  await toldADayBefore(third);
  await eventually(async () => expect(await told('anna')).toHaveLength(2));
  const latest = (await told('anna')).find((one) => one.includes(third)) ?? '';
  expect(latest).not.toContain(first);
  expect(await told('boris')).toHaveLength(1);
});

test('nobody is told while it is off, nor of what was let go before', async () => {
  const gone = await held('antivirus');
  await office.db.query({ text: 'delete from queue.mail where id = $1', values: [gone] });
  await switchTo(true);
  await isTold();
  await switchTo(false);
  await held('antivirus', { to: ['boris@demo.test'] });
  // A round of both processes has been since.
  await office.db.query({
    text: `insert into queue.quarantine_digest (told_until) values (now() - interval '2 days')`,
  });
  await eventually(async () => expect(await state()).toBeUndefined());
  expect(await told('anna')).toEqual([]);
  expect(await told('boris')).toEqual([]);
});

test('a process that ended while it told is followed by another, and who was told is not told again', async () => {
  await held('antivirus');
  await held('antivirus', { to: ['boris@demo.test'] });
  await switchTo(true);
  await eventually(async () => expect(await told('boris')).toHaveLength(1));
  await isTold();
  // As it was when one of both had been told.
  await office.db.query({
    text: `update queue.quarantine_digest set telling_until = told_until, told_until = to_timestamp(0),
      claimed_at = now() - interval '2 hours'`,
  });
  const [boris] = await office.messages('boris');
  await office.clearMailboxes();
  await isTold();
  await office.accept({ to: ['anna@demo.test', 'boris@demo.test'], text: 'Subject: last\r\n\r\n' });
  await eventually(async () => expect(await office.messages('boris')).toHaveLength(1));
  expect((await office.messages('boris'))[0]?.text).not.toBe(boris?.text);
  expect((await office.messages('anna')).map(({ text }) => text.includes('Subject: last'))).toEqual([true]);
});

test('of many mails the newest are named; what strangers wrote is one line and no link', async () => {
  const subject = 'pay https://evil.test/ www.evil.test \u202e\u0007now';
  const text = `Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=\r\n\r\nhello\r\n`;
  for (let count = 0; count < 53; count++) await held('antivirus', { text });
  await switchTo(true);
  await eventually(async () => expect(await told('anna')).toHaveLength(1));
  const [words = ''] = await told('anna');
  expect(words).toContain('задержано писем: 53.');
  expect(words).toContain('And 3 more.');
  expect(words.match(/^ {2}номер /gm)).toHaveLength(50);
  for (const live of ['://', 'www.', '\u202e', '\u0007']) expect(words).not.toContain(live);
  expect(words).toContain('pay https: //evil.test/');
});
