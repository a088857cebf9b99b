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
