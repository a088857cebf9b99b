// Mails that are judged at the same time share their statements and events, and nothing else: what one of them does, or has
// done to it, is no matter of the others. Real Postgres, NATS and volume; the scanner is scripted.
import { stepSubject } from '@pochtar/bus';
import { beginGeneration, lockMail } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Installation, installation } from './installation.ts';
import { type ScriptedClamd, scriptedClamd } from './scripted-clamd.ts';

const MAIL = 'Return-Path: <sender@remote.test>\r\nFrom: s@remote.test\r\nSubject: x\r\n\r\nhello\r\n';

let at: Installation;
let clamd: ScriptedClamd;

beforeEach(async () => {
  at = await installation();
  clamd = await scriptedClamd();
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: clamd.address });
});
afterEach(async () => {
  await at[Symbol.asyncDispose]();
  await clamd[Symbol.asyncDispose]();
});

/** So many mails with one event; resolves when the scanner has them all. */
async function inOneEvent(count: number): Promise<string[]> {
  const mails = await Promise.all(Array.from({ length: count }, () => at.accept(MAIL)));
  await at.bus.publish(stepSubject('antivirus'), { mails });
  return mails;
}

const isScanning = (count: number) => eventually(() => expect(clamd.waiting).toHaveLength(count));

async function delivered(mails: readonly string[]): Promise<void> {
  await eventually(async () =>
    expect([...new Set(await at.events('deliver'))].toSorted()).toEqual(mails.toSorted()),
  );
  await eventually(async () => expect(await at.events('antivirus')).toEqual([]));
}

test('mails that are ready within a moment share a statement and the next event', async () => {
  await at.start('antivirus');
  const mails = await inOneEvent(6);
  await isScanning(6);
  for (const scan of clamd.waiting) scan.answer('OK');
  await delivered(mails);
  expect(await at.eventCount('deliver')).toBe(1);
  const commits = await at.db.query({ text: 'select distinct xmin from queue.verdict' });
  expect(commits).toHaveLength(1);
});

test('a mail that the scanner is slow with holds up no other of its event', async () => {
  await at.start('antivirus');
  const mails = await inOneEvent(3);
  await isScanning(3);
  const [slow, ...others] = clamd.waiting;
  for (const scan of others) scan.answer('OK');
  await eventually(async () => expect(await at.events('deliver')).toHaveLength(2));
  const steps = await Promise.all(mails.map(async (mail) => String((await at.row(mail))?.['step'])));
  expect(steps.toSorted()).toEqual(['antivirus', 'deliver', 'deliver']);
  slow?.answer('OK');
  await delivered(mails);
});

test('the next mails have their turn while the verdicts of those before them are committed', async () => {
  await at.start('antivirus');
  const mails = await inOneEvent(12);
  await isScanning(8);
  const release = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = at.db.transaction(async (tx) => {
    await tx.query({ text: 'lock table queue.verdict in exclusive mode' });
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  for (const scan of clamd.waiting) scan.answer('OK');
  await isScanning(12);
  release.resolve();
  await holding;
  for (const scan of clamd.waiting.slice(8)) scan.answer('OK');
  await delivered(mails);
});

test('one verdict that the database refuses is that mail alone', async () => {
  await at.start('antivirus');
  const mails = await inOneEvent(4);
  const [refused, ...others] = mails as [string, string, string, string];
  await isScanning(4);
  await at.db.query({
    text: `alter table queue.verdict add constraint refused check (mail_id <> '${refused}')`,
  });
  clamd.always = 'OK';
  for (const scan of clamd.waiting) scan.answer('OK');
  await eventually(async () =>
    expect([...new Set(await at.events('deliver'))].toSorted()).toEqual(others.toSorted()),
  );
  for (const mail of others) expect(await at.verdicts(mail)).toHaveLength(1);
  expect(await at.row(refused)).toMatchObject({ step: 'antivirus', state: 'active' });
  await eventually(async () => expect(await at.row(refused)).toMatchObject({ state: 'held' }));
  await eventually(async () => expect(await at.events('antivirus')).toEqual([]));
});

test('a mail that begins a new generation meanwhile gets no verdict, one that is taken aside stays; their neighbours go on', async () => {
  await at.start('antivirus');
  const mails = await inOneEvent(4);
  const [again, aside, ...others] = mails as [string, string, string, string];
  await isScanning(4);
  await at.db.transaction(async (tx) => {
    const locked = await lockMail(tx, again);
    expect(locked !== null && (await beginGeneration(tx, locked, 'antivirus'))).toBe(true);
  });
  await at.db.query({ text: "update queue.mail set state = 'held' where id = $1", values: [aside] });
  for (const scan of clamd.waiting) scan.answer('OK');
  await delivered(others);
  expect(await at.verdicts(again)).toEqual([]);
  expect(await at.row(again)).toMatchObject({ step: 'antivirus', state: 'active' });
  expect(await at.row(aside)).toMatchObject({ step: 'antivirus', state: 'held' });
  for (const mail of [aside, ...others]) expect(await at.verdicts(mail)).toHaveLength(1);
  // Its new generation is judged when its own event comes.
  clamd.always = 'OK';
  await at.bus.publishStep('antivirus', again);
  await eventually(async () => expect(await at.row(again)).toMatchObject({ step: 'deliver' }));
  expect(await at.verdicts(again)).toHaveLength(1);
});
