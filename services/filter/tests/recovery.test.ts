// Mail that waits for its scanner comes again when the scanner is well, not at the end of its wait. Nobody else wakes
// mails here: delivery, whose reconciler does, is not running.
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, installation } from './installation.ts';
import { type ScriptedClamd, scriptedClamd } from './scripted-clamd.ts';

const MAIL = 'Return-Path: <sender@remote.test>\r\nFrom: s@remote.test\r\nSubject: x\r\n\r\nhello\r\n';

let at: Installation;
beforeAll(async () => {
  at = await installation();
});
afterAll(() => at[Symbol.asyncDispose]());

async function parked(count: number): Promise<string[]> {
  const mails = await Promise.all(Array.from({ length: count }, () => at.accept(MAIL)));
  for (const mail of mails) await at.bus.publishStep('antivirus', mail);
  for (const mail of mails) {
    await eventually(async () => expect(await at.row(mail)).toMatchObject({ state: 'parked' }));
  }
  return mails;
}

test('a scanner that was away and answers again: everything that waited for it is scanned', async () => {
  const away: ScriptedClamd = await scriptedClamd();
  const port = Number(away.address.split(':')[1]);
  await away[Symbol.asyncDispose]();
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: away.address });
  await using first = await at.start('antivirus');
  const mails = await parked(3);
  expect(await at.row(mails[0] as string)).toMatchObject({
    reason: expect.stringContaining('no connection to'),
  });
  // One is waiting for the last time it can: 5 minutes.
  await at.db.query({ text: "update queue.mail set due_at = now() + interval '5 minutes'" });
  await using back = await scriptedClamd(port);
  back.always = 'OK';
  await eventually(async () => expect((await at.events('deliver')).toSorted()).toEqual(mails.toSorted()));
  expect(await at.verdicts(mails[0] as string)).toMatchObject([
    { result: 'accept', reason: 'clean (ClamAV)' },
  ]);
  // Whoever starts while mails wait for a scanner that is away does the same.
  await first[Symbol.asyncDispose]();
});

test('a mail that one scanner cannot take waits its time: a scanner that answers at once was not away', async () => {
  await using clamd = await scriptedClamd();
  clamd.always = 'broken ERROR';
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: clamd.address });
  await using _filter = await at.start('antivirus');
  const [mail] = (await parked(1)) as [string];
  const other = await at.accept(MAIL);
  clamd.always = 'OK';
  await at.bus.publishStep('antivirus', other);
  await eventually(async () => expect(await at.events('deliver')).toContain(other));
  expect(await at.row(mail)).toMatchObject({ state: 'parked', attempts: 1 });
});

test('a scanner that takes no mail of this size says so by closing: the mail is held the second time, not for days', async () => {
  await using clamd = await scriptedClamd();
  clamd.always = 'OK';
  clamd.takes = 1_000_000;
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: clamd.address });
  await using _filter = await at.start('antivirus');
  const large = await at.accept(MAIL + 'x'.repeat(70).concat('\r\n').repeat(60_000));
  const small = await at.accept(MAIL);
  await at.bus.publishStep('antivirus', large);
  await eventually(async () => expect(await at.row(large)).toMatchObject({ state: 'parked', attempts: 1 }));
  await at.db.query({ text: "update queue.mail set state = 'active' where id = $1", values: [large] });
  for (const mail of [large, small]) await at.bus.publishStep('antivirus', mail);
  await eventually(async () => expect(await at.verdicts(large)).toHaveLength(1));
  expect(await at.verdicts(large)).toMatchObject([
    { result: 'quarantine', reason: expect.stringMatching(/too large to be scanned: .*StreamMaxLength/) },
  ]);
  await eventually(async () => expect(await at.verdicts(small)).toMatchObject([{ result: 'accept' }]));
});

async function sent(count: number, changed = {}): Promise<string[]> {
  const mails = await Promise.all(Array.from({ length: count }, () => at.accept(MAIL, changed)));
  for (const mail of mails) await at.bus.publishStep((changed as { step?: 'dlp' }).step ?? 'antivirus', mail);
  return mails;
}

test('three filters behind a slow scanner have three times the work of one in hand, and each mail once', async () => {
  await using clamd = await scriptedClamd();
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: clamd.address });
  await using _first = await at.start('antivirus');
  const before = (await at.events('deliver')).length;
  const mails = await sent(70);
  await eventually(() => expect(clamd.waiting).toHaveLength(8));
  await using _second = await at.start('antivirus');
  await eventually(() => expect(clamd.waiting).toHaveLength(16));
  await using _third = await at.start('antivirus');
  await eventually(() => expect(clamd.waiting).toHaveLength(24));
  // Whatever is answered makes room for as many.
  for (const scan of clamd.waiting.slice(0, 10)) scan.answer('OK');
  await eventually(() => expect(clamd.waiting).toHaveLength(34));
  clamd.always = 'OK';
  for (const scan of clamd.waiting.slice(10)) scan.answer('OK');
  await eventually(async () =>
    expect((await at.events('deliver')).slice(before).toSorted()).toEqual(mails.toSorted()),
  );
  expect(clamd.waiting).toHaveLength(34);
});

test('a scanner that hangs: nothing passes, other filters keep their work, and the backlog drains by itself when it is back', async () => {
  const hung = await scriptedClamd();
  const port = Number(hung.address.split(':')[1]);
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: hung.address });
  await using _filter = await at.start('antivirus');
  await using _other = await at.start('dlp');
  const mails = await sent(20);
  await eventually(() => expect(hung.waiting).toHaveLength(8));
  const others = await sent(20, { slip: ['dlp'], step: 'dlp' });
  await eventually(async () => expect(await at.events('deliver')).toEqual(expect.arrayContaining(others)));
  const passed = new Set(await at.events('deliver'));
  expect(mails.filter((mail) => passed.has(mail))).toEqual([]);
  // It is restarted: nobody does anything for the mails.
  await hung[Symbol.asyncDispose]();
  for (const mail of mails) {
    await eventually(async () => expect(await at.row(mail)).toMatchObject({ state: 'parked' }));
  }
  await using back = await scriptedClamd(port);
  back.always = 'OK';
  await eventually(async () => expect(await at.events('deliver')).toEqual(expect.arrayContaining(mails)), {
    timeout: 20_000,
  });
  for (const mail of mails) expect(await at.verdicts(mail)).toMatchObject([{ reason: 'clean (ClamAV)' }]);
});

test.each([
  ['wait', { state: 'parked', attempts: 1 }, null],
  ['deliver', { step: 'deliver' }, { result: 'accept', prefix: expect.any(Buffer) }],
  ['bounce', { step: 'deliver' }, { result: 'reject', prefix: null }],
] as const)(
  'onScannerFailure %s: what becomes of a mail whose scanner does not answer',
  async (onScannerFailure, row, verdict) => {
    await using clamd = await scriptedClamd();
    clamd.always = 'broken ERROR';
    await at.set('antivirus', { clamavEnabled: true, clamavAddress: clamd.address, onScannerFailure });
    // It knows the settings when it begins.
    await using _filter = await at.start('antivirus');
    const [mail] = (await sent(1)) as [string];
    await eventually(async () => expect(await at.row(mail)).toMatchObject(row));
    expect(await at.verdicts(mail)).toMatchObject(verdict === null ? [] : [verdict]);
    await at.set('antivirus', { onScannerFailure: 'wait' });
  },
);
