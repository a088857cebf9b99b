// What verdicts do beyond holding a mail: a folder, something different for one recipient, another look, two contents.
import { tooLargeReason } from '@pochtar/mail';
import { outgoingMessage } from '@pochtar/service';
import { insertContents } from '@pochtar/store/content';
import { createName } from '@pochtar/store/directory';
import {
  auditorCopyId,
  beginGeneration,
  contentSoFar,
  copyForAuditors,
  lockMail,
  mailsToJudge,
  settleVerdicts,
  type VerdictRow,
} from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FarSide, reply, startFarSide } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';

let office: PostOffice;
let far: FarSide;
let isFarReady = true;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  far = await startFarSide(office, 'far.test', {
    onRcpt: () => {
      if (!isFarReady) throw reply('451 4.7.1 later');
    },
  });
});
afterAll(async () => {
  await far[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
beforeEach(async () => {
  isFarReady = true;
  far.received.length = 0;
  await office.clearMailboxes();
});

/** What must not come back or leave. */
const SECRET = 'the-virus-itself';
const byAnna = { reversePath: 'anna@demo.test', origin: 'submitted' } as const;

/** A mail at its filter, which then says this of it; delivery is told. */
async function judged(mail: TestMail, verdict: Partial<VerdictRow>): Promise<string> {
  const id = await office.accept({ ...mail, slip: ['dlp'], isSilent: true });
  await say(id, verdict);
  return id;
}

async function say(mail: string, verdict: Partial<VerdictRow>, filter = 'dlp'): Promise<void> {
  const said = { mail, next: 'deliver', generation: 1, result: 'accept', reason: 'for this test' } as const;
  await settleVerdicts(office.db, filter, [{ ...said, ...verdict }]);
  await office.bus.publishStep('deliver', mail);
}

/** The same at the antivirus filter. */
async function scanned(mail: TestMail, verdict: Partial<VerdictRow>): Promise<string> {
  const id = await office.accept({ ...mail, slip: ['antivirus'], isSilent: true });
  await say(id, verdict, 'antivirus');
  return id;
}

async function storedReport(): Promise<string> {
  const report = await office.newMail({ to: [], text: 'Subject: virus found\r\n\r\nreport\r\n' });
  await insertContents(office.db, [report.content]);
  return report.content.id;
}

async function lookAgain(mail: string): Promise<boolean> {
  return office.db.transaction(async (tx) => {
    const locked = await lockMail(tx, mail);
    return locked !== null && beginGeneration(tx, locked, 'dlp');
  });
}

/** Subjects of what lies in a mailbox. */
async function inMailbox(account: number, name: string): Promise<number> {
  const rows = await office.db.query({
    text: `select 1 from store.message s join store.mailbox b on b.id = s.mailbox_id
      where b.account_id = $1 and b.name = $2`,
    values: [account, name],
  });
  return rows.length;
}

describe('a folder', () => {
  test('named by its special use or its name gets the mail; who has no such mailbox finds it in INBOX', async () => {
    const { anna } = office.accounts;
    await office.db.query({
      text: `insert into store.mailbox (account_id, name, uid_validity, special_use)
        values ($1, 'Спам', 7, 'Junk'), ($1, 'Lists', 8, null)`,
      values: [anna],
    });
    const to = ['anna@demo.test', 'boris@demo.test'];
    const junk = await judged({ to }, { target: '\\Junk' });
    await office.settled(junk);
    expect(await inMailbox(anna, 'Спам')).toBe(1);
    expect(await office.messages('anna')).toEqual([]);
    expect(await office.messages('boris')).toHaveLength(1);
    const named = await judged({ to }, { target: 'Lists' });
    await office.settled(named);
    expect(await inMailbox(anna, 'Lists')).toBe(1);
    // A name is no special use.
    await office.settled(await judged({ to }, { target: 'Junk' }));
    expect(await office.messages('anna')).toHaveLength(1);
  });
});

describe('something different for single recipients', () => {
  test('each gets what is said of it: refused, held, with a field in front, as it is', async () => {
    const to = ['anna@demo.test', 'boris@demo.test', 'x@far.test', 'nobody@demo.test'];
    const said = { result: 'accept', reason: 'one' } as const;
    const mail = await judged(
      { ...byAnna, to },
      {
        recipients: [
          { ...said, recipient: 'boris@demo.test', prefix: Buffer.from('X-For: boris\r\n') },
          { ...said, recipient: 'x@far.test', result: 'quarantine', reason: 'not outside' },
          { ...said, recipient: 'nobody@demo.test', result: 'reject', reason: 'not for him' },
        ],
      },
    );
    await office.settled(mail);
    await eventually(async () => expect(await office.messages('boris')).toHaveLength(1));
    expect((await office.messages('boris'))[0]?.text).toMatch(/^Return-Path: .*\r\nX-For: boris\r\n/);
    const plain = (await office.messages('anna')).filter(({ text }) => !/multipart\/report/.test(text));
    expect(plain.map(({ text }) => text.includes('X-For'))).toEqual([false]);
    await eventually(async () => {
      const [notice] = await noticesIn(office, 'anna');
      expect(notice?.status[1]).toMatchObject({
        'final-recipient': 'rfc822; nobody@demo.test',
        'diagnostic-code': expect.stringContaining('not for him'),
      });
    });
    const held = await eventually(async () => {
      const rows = await office.db.query<{ id: string }>({
        text: `select m.id from queue.mail m join queue.recipient r on r.mail_id = m.id
          where m.state = 'held' and m.held_filter = 'dlp' and r.address = 'x@far.test'`,
      });
      expect(rows).toHaveLength(1);
      return rows[0]?.id as string;
    });
    expect(await office.recipients(held)).toHaveLength(1);
    expect(far.received).toEqual([]);
    await office.db.query({ text: 'delete from queue.recipient where mail_id = $1', values: [held] });
    await office.db.query({ text: 'delete from queue.mail where id = $1', values: [held] });
  });

  test('plain delivery leaves a mail alone of which something different is said for one recipient', async () => {
    const mail = await judged(
      { ...byAnna, to: ['boris@demo.test'] },
      { recipients: [{ recipient: 'boris@demo.test', result: 'discard', reason: 'gone' }] },
    );
    await office.settled(mail);
    expect(await office.trace(mail)).toMatchObject([{ outcome: 'discarded', detail: 'dlp: gone' }]);
    expect(await office.messages('boris')).toEqual([]);
  });
});

describe('what a virus scanner found', () => {
  /** Reports of the scanner in a mailbox, read by a parser that is not ours. */
  async function reportsIn(name: 'anna' | 'boris') {
    const messages = await office.messages(name);
    const read = messages.map(({ bytes }) => PostalMime.parse(bytes, { forceRfc822Attachments: true }));
    return (await Promise.all(read)).filter(({ from }) => from?.address?.startsWith('MAILER-DAEMON'));
  }

  test('an infected mail of our own people is held; its sender gets the report without it, in both languages, whatever NOTIFY says', async () => {
    const mail = await scanned(
      {
        ...byAnna,
        to: ['x@remote.test', 'y@remote.test'].map((address) => ({ address, notify: 'NEVER' })),
        text: `Subject: news\r\n\r\n${SECRET}\r\n`,
      },
      { result: 'quarantine', reason: 'infected: Eicar-Test (ClamAV)' },
    );
    await eventually(async () => expect(await reportsIn('anna')).toHaveLength(1));
    const [report] = await reportsIn('anna');
    expect(report?.subject).toBe('Обнаружен вирус / Virus found: news');
    expect(report?.text).toMatch(
      /Вирус: Eicar-Test\s.*Получатели: x@remote\.test, y@remote\.test\s.*Письмо задержано/s,
    );
    expect(report?.text).toMatch(/Virus: Eicar-Test\s.*The message is held and was not delivered/s);
    expect(report?.attachments).toEqual([]);
    expect((await office.messages('anna')).some(({ text }) => text.includes(SECRET))).toBe(false);
    expect(await office.queued(mail)).toMatchObject({ state: 'held' });
    // Looked at once more: nobody is told twice.
    await office.bus.publishStep('deliver', mail);
    expect(await noticesIn(office, 'anna')).toEqual([]);
  });

  test('a mail that is too large to be scanned waits, and each recipient is told at once', async () => {
    const mail = await scanned(
      {
        to: ['anna@demo.test', 'boris@demo.test'],
        text: 'From: S <s@far.test>\r\nSubject: film\r\n\r\nlong\r\n',
      },
      { result: 'quarantine', reason: tooLargeReason('more than 1 MB') },
    );
    for (const name of ['anna', 'boris'] as const) {
      await eventually(async () => expect(await reportsIn(name)).toHaveLength(1));
      const [report] = await reportsIn(name);
      expect(report?.subject).toBe('Письмо задержано / Message held: film');
      expect(report?.to?.map(({ address }) => address)).toEqual([`${name}@demo.test`]);
      expect(report?.text).toMatch(
        /слишком велико.*От: S <s@far\.test>.*ждёт решения администратора.*too large/s,
      );
    }
    expect(await office.queued(mail)).toMatchObject({ state: 'held' });
    await office.db.query({ text: 'delete from queue.recipient where mail_id = $1', values: [mail] });
    await office.db.query({ text: 'delete from queue.mail where id = $1', values: [mail] });
  });

  test('an infected mail that an alias leads to another server goes there as the report without it; local recipients get theirs', async () => {
    await createName(office.db, 'all', {
      kind: 'alias',
      domain: 'demo.test',
      address: 'both@demo.test',
      targets: ['anna@demo.test', 'X@far.test'],
    });
    const replacement = await storedReport();
    const mail = await scanned(
      { to: ['both@demo.test'], text: `Subject: news\r\n\r\n${SECRET}\r\n` },
      { result: 'accept', replacementContentId: replacement, reason: 'infected: Eicar-Test (ClamAV)' },
    );
    await office.settled(mail);
    await eventually(() => expect(far.received).toHaveLength(1));
    expect((await office.messages('anna')).map(({ contentId }) => contentId)).toEqual([replacement]);
    expect(far.received[0]).toMatchObject({ from: '', to: ['X@far.test'] });
    const text = far.received[0]?.text as string;
    expect(text).not.toContain(SECRET);
    const report = await PostalMime.parse(text);
    expect(report.text).toMatch(/Вирус: Eicar-Test.*не приложено.*Virus: Eicar-Test.*is not attached/s);
    expect(report.attachments).toEqual([]);
    expect(await office.trace(mail)).toContainEqual(
      expect.objectContaining({
        recipient: 'X@far.test',
        outcome: 'discarded',
        detail: expect.stringContaining('a report without the mail goes to the recipient'),
      }),
    );
  });
});

describe('another look', () => {
  test('what was found before no longer counts; until there is a new verdict nothing is delivered', async () => {
    const mail = await judged({ to: ['anna@demo.test'] }, { result: 'quarantine' });
    await eventually(async () => expect(await office.queued(mail)).toMatchObject({ state: 'held' }));
    expect(await lookAgain(mail)).toBe(true);
    expect(await office.queued(mail)).toMatchObject({ state: 'active', step: 'dlp', reason: null });
    // Whoever still judges the generation before comes to nothing, and so does an event by hand.
    await say(mail, { result: 'accept', reason: 'late' });
    expect(await office.queued(mail)).toMatchObject({ step: 'dlp' });
    await say(mail, { generation: 2, result: 'accept' });
    await office.settled(mail);
    expect(await office.messages('anna')).toHaveLength(1);
  });

  test('edits made anew are of what still waits; a message that was delivered stays as it is', async () => {
    isFarReady = false;
    const edit = (field: string) => ({ prefix: Buffer.from(`${field}\r\nSubject: ${field}\r\n`) });
    const mail = await judged({ to: ['anna@demo.test', 'x@far.test'] }, edit('X-A: 1'));
    await eventually(async () => {
      expect(await office.recipients(mail)).toMatchObject([{ leaseOwner: null, attempt: 1 }]);
    });
    const [before] = await office.messages('anna');
    expect(await lookAgain(mail)).toBe(true);
    isFarReady = true;
    await say(mail, { generation: 2, ...edit('X-B: 2') });
    await office.settled(mail);
    expect(far.received[0]?.text).toMatch(/^X-B: 2\r\nSubject: X-B: 2\r\n/);
    expect(far.received[0]?.text).not.toContain('X-A');
    expect(await office.messages('anna')).toEqual([before]);
  });

  test('filters before it on the slip keep their verdict, those behind it lose theirs', async () => {
    const slip = ['antivirus', 'dlp', 'dkim'];
    const mail = await office.accept({ to: ['anna@demo.test'], slip, isSilent: true });
    for (const [index, filter] of slip.entries()) {
      const next = slip[index + 1] ?? 'deliver';
      await settleVerdicts(office.db, filter, [
        { mail, next, generation: 1, result: 'accept', reason: 'first' },
      ]);
    }
    expect(await lookAgain(mail)).toBe(true);
    const shown = (await mailsToJudge(office.db, 'dlp', [mail])).get(mail);
    expect(shown).toMatchObject({ step: 'dlp', generation: 2, isJudged: false });
    expect(shown?.verdicts.map(({ filter }) => filter)).toEqual(['antivirus']);
    await office.db.query({ text: 'delete from queue.recipient where mail_id = $1', values: [mail] });
    await office.db.query({ text: 'delete from queue.mail where id = $1', values: [mail] });
  });

  test('not of a mail that a sender has in hand, and not by a filter that is not on its slip', async () => {
    const mail = await office.accept({ to: ['x@far.test'], slip: ['antivirus'], isSilent: true });
    expect(await lookAgain(mail)).toBe(false);
    await office.db.query({
      text: `with leased as (update queue.recipient set lease_owner = gen_random_uuid() where mail_id = $1)
        update queue.mail set slip = '{dlp}' where id = $1`,
      values: [mail],
    });
    expect(await lookAgain(mail)).toBe(false);
    await office.db.query({ text: 'delete from queue.recipient where mail_id = $1', values: [mail] });
    await office.db.query({ text: 'delete from queue.mail where id = $1', values: [mail] });
  });
});

test('a signer sees octet for octet what is sent: what earlier filters put in front and left out, and the sender', async () => {
  const text = 'Return-Receipt-To: a@b\r\nFrom: Anna <anna@demo.test>\r\nSubject: x\r\n\r\nbody\r\n';
  const slip = ['dlp', 'dkim'];
  const mail = await office.accept({ ...byAnna, to: ['x@far.test'], text, slip, isSilent: true });
  const [row] = await office.db.query<{ header_length: number; length: number }>({
    text: 'select header_length, length from store.content where id = $1',
    values: [mail],
  });
  const start = (row?.length as number) - text.length;
  const removed = [start, start + text.indexOf('From')];
  const first = { mail, next: 'dkim', generation: 1, result: 'accept', reason: 'clean' } as const;
  await settleVerdicts(office.db, 'dlp', [{ ...first, prefix: Buffer.from('X-Dlp: 1\r\n'), removed }]);
  const shown = (await mailsToJudge(office.db, 'dkim', [mail])).get(mail);
  const content = shown && (await contentSoFar(office.db, shown));
  if (!content) throw new Error('the mail has no content');
  const seen = await outgoingMessage(office.blobs, content, null);
  const bytes = Buffer.concat(await Array.fromAsync(seen.bytes()));
  expect(bytes.length).toBe(seen.size);
  await settleVerdicts(office.db, 'dkim', [{ ...first, next: 'deliver' }]);
  await office.bus.publishStep('deliver', mail);
  await office.settled(mail);
  expect(far.received[0]?.text).toBe(bytes.toString('latin1'));
  expect(bytes.toString()).toMatch(/^X-Dlp: 1\r\nReceived: .*\r\nFrom: Anna/s);
  expect(bytes.toString()).not.toContain('Return-');
});

test('a copy for an auditor, here or elsewhere, is the mail itself; a rejected mail’s sender learns of the rejection alone', async () => {
  const id = await office.accept({ ...byAnna, to: ['x@far.test'], slip: ['dlp'], isSilent: true });
  const made = ['boris@demo.test', 'audit@far.test', 'nobody@demo.test'].map((to) => ({ mail: id, to }));
  const { content } = (await mailsToJudge(office.db, 'dlp', [id])).get(id) ?? {};
  await copyForAuditors(office.db, made);
  await copyForAuditors(office.db, made);
  await say(id, { result: 'reject', reason: 'a rule of DLP' });
  await office.settled(id);
  for (const copy of made) await office.bus.publishStep('deliver', auditorCopyId(copy));
  for (const copy of made) await office.settled(auditorCopyId(copy));
  const [kept, ...more] = await office.messages('boris');
  expect(more).toEqual([]);
  expect(kept?.size).toBe(content?.blob.length);
  expect(far.received).toMatchObject([{ from: '', to: ['audit@far.test'] }]);
  expect(await office.trace(auditorCopyId(made[2] as (typeof made)[number]))).toMatchObject([
    { recipient: 'nobody@demo.test', outcome: 'bounced' },
  ]);
  const told = await noticesIn(office, 'anna');
  expect(JSON.stringify(told)).not.toMatch(/boris|audit|nobody/);
  expect(told).toHaveLength(1);
});
