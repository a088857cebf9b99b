import { createTestDatabase } from '@pochtar/testkit';
import type { TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { acceptMails, type NewMail } from './accept.ts';
import { mailsToJudge } from './mail-to-judge.ts';
import { settleVerdicts, type VerdictRow } from './verdict.ts';
import { holdMail, parkMails } from './wait-at-filter.ts';

let cluster: TestDatabase;
let db: Database;
let owner: Database;

beforeAll(async () => {
  cluster = await createTestDatabase();
  db = openDatabase({ url: cluster.url('filter-antivirus'), password: cluster.password });
  owner = openDatabase({ url: cluster.url(), password: cluster.password });
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await owner[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

async function accept(changed: Partial<NewMail> = {}): Promise<string> {
  const id = crypto.randomUUID();
  const mail: NewMail = {
    id,
    content: {
      id,
      blob: { packId: crypto.randomUUID(), offset: 64, length: 1000 },
      sha256: Buffer.alloc(32, 1),
      description: {
        size: 1000,
        headerLength: 100,
        shortHeader: Buffer.from('Subject: x\r\n'),
        shortHeaderComplete: true,
        otherFields: null,
        envelope: '()',
        bodyStructure: '()',
        parts: '',
        sentAt: null,
        messageId: null,
        sentDay: null,
        baseSubject: '',
        isReply: false,
        threadIds: '',
      },
    },
    acceptedAt: new Date(),
    reversePath: 'sender@remote.test',
    origin: 'incoming',
    clientAddress: '192.0.2.1',
    protocol: 'ESMTP',
    slip: ['antivirus', 'dlp'],
    settingsRevision: 1,
    step: 'antivirus',
    recipients: [{ address: 'b@example.test' }, { address: 'a@example.test' }],
    ...changed,
  };
  await acceptMails(owner, [mail]);
  return id;
}

const clean = (mail: string): VerdictRow => ({
  mail,
  next: 'dlp',
  generation: 1,
  result: 'accept',
  reason: 'clean',
});

async function stateOf(mail: string): Promise<unknown> {
  const [row] = await owner.query({
    text: 'select step, state, attempts, reason, held_by, held_filter, due_at - now() as wait from queue.mail where id = $1',
    values: [mail],
  });
  return row;
}

async function verdictsOf(mail: string): Promise<unknown[]> {
  return owner.query({
    text: 'select filter, result, reason, prefix, removed from queue.verdict where mail_id = $1',
    values: [mail],
  });
}

test('a filter is shown the envelope and where the body lies; a mail that is gone is missing', async () => {
  const mail = await accept();
  const found = await mailsToJudge(db, 'antivirus', [mail, crypto.randomUUID()]);
  expect([...found.keys()]).toEqual([mail]);
  expect(found.get(mail)).toMatchObject({
    content: { id: mail, blob: { offset: 64, length: 1000 }, headerLength: 100 },
    reversePath: 'sender@remote.test',
    clientAddress: '192.0.2.1',
    recipients: ['a@example.test', 'b@example.test'],
    slip: ['antivirus', 'dlp'],
    step: 'antivirus',
    state: 'active',
    attempts: 0,
    isJudged: false,
  });
});

test('a verdict and the move to the next step are one; the first verdict stands', async () => {
  const mail = await accept();
  const verdict: VerdictRow = {
    ...clean(mail),
    prefix: Buffer.from('X-A: \xff\r\n', 'latin1'),
    removed: [3, 9],
  };
  expect(await settleVerdicts(db, 'antivirus', [verdict])).toEqual(new Set([mail]));
  const again: VerdictRow = { ...clean(mail), result: 'reject', reason: 'other' };
  expect(await settleVerdicts(db, 'antivirus', [again])).toEqual(new Set());
  expect(await verdictsOf(mail)).toEqual([
    { filter: 'antivirus', result: 'accept', reason: 'clean', prefix: verdict.prefix, removed: [3, 9] },
  ]);
  expect(await stateOf(mail)).toMatchObject({ step: 'dlp', state: 'active' });
  expect((await mailsToJudge(db, 'antivirus', [mail])).get(mail)?.isJudged).toBe(true);
});

test('a mail that a person holds keeps its verdict and its place, and moves later without another verdict', async () => {
  const mail = await accept();
  await owner.query({ text: "update queue.mail set state = 'held' where id = $1", values: [mail] });
  expect(await settleVerdicts(db, 'antivirus', [clean(mail)])).toEqual(new Set());
  expect(await stateOf(mail)).toMatchObject({ step: 'antivirus', state: 'held' });
  await owner.query({ text: "update queue.mail set state = 'active' where id = $1", values: [mail] });
  expect(await settleVerdicts(db, 'antivirus', [{ mail, next: 'dlp', generation: 1 }])).toEqual(
    new Set([mail]),
  );
  expect(await verdictsOf(mail)).toHaveLength(1);
});

test('a verdict of an earlier generation comes to nothing; the first of the new one stands', async () => {
  const mail = await accept();
  await settleVerdicts(db, 'antivirus', [clean(mail)]);
  await owner.query({
    text: "update queue.mail set generation = 2, step = 'antivirus' where id = $1",
    values: [mail],
  });
  expect((await mailsToJudge(db, 'antivirus', [mail])).get(mail)).toMatchObject({
    ...{ generation: 2, isJudged: false, verdicts: [] },
  });
  expect(await settleVerdicts(db, 'antivirus', [{ ...clean(mail), reason: 'late' }])).toEqual(new Set());
  const anew: VerdictRow = {
    ...clean(mail),
    generation: 2,
    result: 'reject',
    reason: 'found',
    settingsRevision: 9,
  };
  expect(await settleVerdicts(db, 'antivirus', [anew])).toEqual(new Set([mail]));
  await settleVerdicts(db, 'antivirus', [{ ...anew, result: 'accept', reason: 'again' }]);
  expect(await verdictsOf(mail)).toMatchObject([{ reason: 'clean' }, { reason: 'found' }]);
});

test('what is different for single recipients stands only together with the verdict on the mail', async () => {
  const mail = await accept();
  const single = {
    recipient: 'a@example.test',
    result: 'reject',
    reason: 'not for a',
    target: '\\Junk',
  } as const;
  await settleVerdicts(db, 'antivirus', [{ ...clean(mail), recipients: [single] }]);
  const other = { ...single, recipient: 'b@example.test' };
  await settleVerdicts(db, 'antivirus', [{ ...clean(mail), reason: 'second', recipients: [other] }]);
  expect(
    await owner.query({
      text: 'select recipient, reason, target from queue.verdict where mail_id = $1 order by recipient',
      values: [mail],
    }),
  ).toEqual([
    { recipient: '', reason: 'clean', target: null },
    { recipient: 'a@example.test', reason: 'not for a', target: '\\Junk' },
  ]);
});

test('a later filter is shown what the verdicts before it edit', async () => {
  const mail = await accept();
  const prefix = Buffer.from('X-A: \xff\r\n', 'latin1');
  await settleVerdicts(db, 'antivirus', [{ ...clean(mail), prefix, removed: [3, 9] }]);
  expect((await mailsToJudge(db, 'dlp', [mail])).get(mail)).toMatchObject({
    ...{ step: 'dlp', isJudged: false },
    verdicts: [{ filter: 'antivirus', recipient: '', result: 'accept', prefix, removed: [3, 9] }],
  });
});

test('a mail that is gone gets no verdict', async () => {
  const gone = crypto.randomUUID();
  expect(await settleVerdicts(db, 'antivirus', [clean(gone)])).toEqual(new Set());
  expect(await verdictsOf(gone)).toEqual([]);
});

test('foreign text in a reason cannot fail the batch', async () => {
  const mails = [await accept(), await accept()];
  const verdicts = mails.map((mail) => ({ ...clean(mail), reason: `bad \u0000 \ud800 ${'x'.repeat(5000)}` }));
  expect(await settleVerdicts(db, 'antivirus', verdicts)).toEqual(new Set(mails));
});

test('a parked mail waits for its time with its reason; only an active mail at the step is parked', async () => {
  const mail = await accept();
  const moved = await accept({ step: 'dlp' });
  await parkMails(db, 'antivirus', [
    { mail, seconds: 15, reason: 'clamd does not answer' },
    { mail: moved, seconds: 15, reason: 'no' },
  ]);
  const state = await stateOf(mail);
  expect(state).toMatchObject({ state: 'parked', attempts: 1, reason: 'clamd does not answer' });
  expect((state as { wait: { seconds: number } }).wait.seconds).toBeGreaterThan(10);
  expect(await stateOf(moved)).toMatchObject({ state: 'active', attempts: 0 });
  await parkMails(db, 'antivirus', [{ mail, seconds: 15, reason: 'again' }]);
  expect(await stateOf(mail)).toMatchObject({ attempts: 1 });
});

test('moving on ends the count of waits and the reason', async () => {
  const mail = await accept();
  await parkMails(db, 'antivirus', [{ mail, seconds: 15, reason: 'x' }]);
  await owner.query({ text: "update queue.mail set state = 'active' where id = $1", values: [mail] });
  await settleVerdicts(db, 'antivirus', [clean(mail)]);
  expect(await stateOf(mail)).toMatchObject({ step: 'dlp', attempts: 0, reason: null, wait: null });
});

test('a held mail waits for a person, and only one that was active is held', async () => {
  const mail = await accept();
  expect(await holdMail(db, 'dlp', mail, 'poison', 'not here')).toBe(false);
  expect(await holdMail(db, 'antivirus', mail, 'poison', 'five times')).toBe(true);
  expect(await holdMail(db, 'antivirus', mail, 'person', 'again')).toBe(false);
  expect(await stateOf(mail)).toMatchObject({
    ...{ state: 'held', reason: 'five times', held_by: 'poison', held_filter: null },
  });
});

test('replicas that settle the same mails in opposite orders neither dead-lock nor double', async () => {
  const mails = await Promise.all(Array.from({ length: 20 }, () => accept()));
  const batches = [mails, mails.toReversed(), mails, mails.toReversed()];
  const moved = await Promise.all(batches.map((batch) => settleVerdicts(db, 'antivirus', batch.map(clean))));
  expect(moved.reduce((sum, set) => sum + set.size, 0)).toBe(mails.length);
});
