// The contract of a bus consumer, for every content filter: the same event twice, trouble that passes, poison
// (and a crash: crash.test.ts). Real Postgres, NATS and volume; the scanner is scripted.
import { rename } from 'node:fs/promises';
import { ensureStepConsumer, stepConsumer, stepSubject } from '@pochtar/bus';
import { takeAlone } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

/** Nothing of the step is left in the stream: every event was acknowledged. */
async function acknowledged(): Promise<void> {
  await eventually(async () => expect(await at.events('antivirus')).toEqual([]));
}

test('a judged mail has its verdict, is at the next step, and its event is published', async () => {
  clamd.always = 'OK';
  await at.start('antivirus');
  const mail = await at.accept(MAIL, { slip: ['antivirus', 'dlp'] });
  await at.bus.publishStep('antivirus', mail);
  await eventually(async () => expect(await at.events('dlp')).toEqual([mail]));
  expect(await at.row(mail)).toMatchObject({ step: 'dlp', state: 'active', reason: null });
  expect(await at.verdicts(mail)).toMatchObject([
    { filter: 'antivirus', result: 'accept', reason: 'clean (ClamAV)' },
  ]);
  await acknowledged();
});

test('many mails at once each get one verdict and one event', async () => {
  clamd.always = 'OK';
  await at.start('antivirus');
  await at.start('antivirus');
  const mails = await Promise.all(Array.from({ length: 60 }, () => at.accept(MAIL)));
  await Promise.all(mails.map((mail) => at.bus.publishStep('antivirus', mail)));
  await eventually(async () => expect((await at.events('deliver')).toSorted()).toEqual(mails.toSorted()));
  await acknowledged();
});

describe('the same event twice', () => {
  test('while the first is under way: one verdict, one move', async () => {
    await at.start('antivirus');
    await at.start('antivirus');
    const mail = await at.accept(MAIL);
    await at.bus.publishStep('antivirus', mail);
    await eventually(() => expect(clamd.waiting).toHaveLength(1));
    await at.bus.publishStep('antivirus', mail);
    await eventually(() => expect(clamd.waiting).toHaveLength(2));
    clamd.waiting[0]?.answer('OK');
    await eventually(async () => expect(await at.events('deliver')).toEqual([mail]));
    clamd.waiting[1]?.answer('Other FOUND');
    await acknowledged();
    expect(await at.verdicts(mail)).toMatchObject([{ result: 'accept', reason: 'clean (ClamAV)' }]);
    expect(await at.events('deliver')).toEqual([mail]);
  });

  test('after the mail has moved: the verdict stands, the next step is only published again', async () => {
    clamd.always = 'OK';
    await at.start('antivirus');
    const mail = await at.accept(MAIL);
    await at.bus.publishStep('antivirus', mail);
    await eventually(async () => expect(await at.events('deliver')).toEqual([mail]));
    clamd.always = 'Other FOUND';
    await at.bus.publishStep('antivirus', mail);
    await acknowledged();
    expect(await at.verdicts(mail)).toMatchObject([{ result: 'accept' }]);
    expect(await at.row(mail)).toMatchObject({ step: 'deliver', state: 'active' });
    expect(await at.events('deliver')).toEqual([mail, mail]);
  });

  test('after the mail is gone, or while it waits or is held: nothing happens', async () => {
    clamd.always = 'OK';
    await at.start('antivirus');
    const gone = crypto.randomUUID();
    const parked = await at.accept(MAIL);
    const held = await at.accept(MAIL);
    await at.db.query({
      text: "update queue.mail set state = 'parked', due_at = now() where id = $1",
      values: [parked],
    });
    await at.db.query({ text: "update queue.mail set state = 'held' where id = $1", values: [held] });
    for (const mail of [gone, parked, held]) await at.bus.publishStep('antivirus', mail);
    await acknowledged();
    expect(await at.events('deliver')).toEqual([]);
    expect(await at.verdicts(parked)).toEqual([]);
    expect(await at.row(held)).toMatchObject({ state: 'held' });
  });
});

describe('trouble that passes', () => {
  test('the bus is lost and comes back without its data: the mail goes on when its event is published again', async () => {
    clamd.always = 'OK';
    await at.start('antivirus');
    const mail = await at.accept(MAIL);
    await at.nats.wipe();
    await at.nats.start();
    await eventually(
      async () => {
        await at.bus.publishStep('antivirus', mail);
        expect(await at.events('deliver')).toContain(mail);
      },
      { timeout: 20_000, interval: 500 },
    );
    expect(await at.verdicts(mail)).toHaveLength(1);
  });

  test('a database that refuses for now: the event stays, and the mail goes on afterwards', async () => {
    clamd.always = 'OK';
    await at.start('antivirus');
    const mail = await at.accept(MAIL);
    const locked = Promise.withResolvers<void>();
    const holding = at.db.transaction(async (tx) => {
      await tx.query({ text: 'lock table queue.verdict' });
      await at.bus.publishStep('antivirus', mail);
      await locked.promise;
    });
    let ended = 0;
    await eventually(async () => expect((ended += await at.endWaiting())).toBeGreaterThanOrEqual(2));
    expect(await at.events('antivirus')).toEqual([mail]);
    locked.resolve();
    await holding;
    await eventually(async () => expect(await at.events('deliver')).toEqual([mail]));
    expect(await at.verdicts(mail)).toHaveLength(1);
  });

  test('a volume that is away: the event stays, and the mail goes on when it is there again', async () => {
    clamd.always = 'OK';
    await at.start('antivirus');
    const mail = await at.accept(MAIL);
    await rename(at.volumePath, `${at.volumePath}.away`);
    await at.bus.publishStep('antivirus', mail);
    // Taken by the consumer, and not given back: an event that is under way is not among those that wait.
    await eventually(async () => expect(await at.isPulled('antivirus')).toBe(true));
    expect(await at.row(mail)).toMatchObject({ step: 'antivirus', state: 'active' });
    await rename(`${at.volumePath}.away`, at.volumePath);
    await eventually(async () => expect(await at.events('deliver')).toEqual([mail]));
  });

  test('a body whose pack is nowhere makes the mail wait, as a disk that is not mounted would', async () => {
    clamd.always = 'OK';
    await at.start('antivirus');
    const mail = await at.accept(MAIL);
    await at.db.query({
      text: 'update store.content set pack_id = gen_random_uuid() where id = $1',
      values: [mail],
    });
    await at.bus.publishStep('antivirus', mail);
    await eventually(async () => expect(await at.row(mail)).toMatchObject({ state: 'parked', attempts: 1 }));
    expect(await at.row(mail)).toMatchObject({ reason: expect.stringContaining('its body cannot be read') });
    await acknowledged();
  });
});

test('poison: a mail that the filter cannot handle is held with its reason, and others go on', async () => {
  clamd.always = 'OK';
  await at.start('antivirus');
  const poison = await at.accept(MAIL);
  const other = await at.accept(MAIL);
  await at.db.query({ text: 'delete from store.content where id = $1', values: [poison] });
  await at.bus.publishStep('antivirus', poison);
  await at.bus.publishStep('antivirus', other);
  await eventually(async () => expect(await at.row(poison)).toMatchObject({ state: 'held' }));
  expect(await at.row(poison)).toMatchObject({
    step: 'antivirus',
    reason: expect.stringContaining('filter antivirus: JudgementFailed: its content row is missing'),
  });
  await eventually(async () => expect(await at.events('deliver')).toEqual([other]));
  await acknowledged();
  expect(await at.verdicts(poison)).toEqual([]);
});

describe('a scanner that does not answer', () => {
  test('parks the mail with its reason; the event is acknowledged; each wait is longer', async () => {
    await clamd[Symbol.asyncDispose]();
    await at.start('antivirus');
    const mail = await at.accept(MAIL);
    for (const [attempt, seconds] of [15, 30, 60, 120, 240, 300, 300].entries()) {
      await at.bus.publishStep('antivirus', mail);
      await eventually(async () =>
        expect(await at.row(mail)).toMatchObject({ state: 'parked', attempts: attempt + 1 }),
      );
      const row = await at.row(mail);
      expect(row?.['wait']).toBeGreaterThan(seconds - 5);
      expect(row?.['wait']).toBeLessThanOrEqual(seconds);
      expect(row?.['reason']).toContain(`filter antivirus: ClamAV: no connection to ${clamd.address}`);
      // Whoever finds it due does this.
      await at.db.query({ text: "update queue.mail set state = 'active' where id = $1", values: [mail] });
    }
    await acknowledged();
    expect(await at.verdicts(mail)).toEqual([]);
  });

  test('for the whole lifetime of the queue: the sender gets it back', async () => {
    await clamd[Symbol.asyncDispose]();
    await at.start('antivirus');
    const mail = await at.accept(MAIL, { acceptedAt: new Date(Date.now() - 5760 * 60_000) });
    await at.bus.publishStep('antivirus', mail);
    await eventually(async () => expect(await at.events('deliver')).toEqual([mail]));
    expect(await at.verdicts(mail)).toMatchObject([
      { result: 'reject', reason: expect.stringContaining('in time') },
    ]);
  });
});

test('a process that stops gives back what takes too long, and the next one does it', async () => {
  const first = await at.start('antivirus');
  const mail = await at.accept(MAIL);
  await at.bus.publishStep('antivirus', mail);
  await eventually(() => expect(clamd.waiting).toHaveLength(1));
  await first[Symbol.asyncDispose]();
  clamd.always = 'OK';
  await at.start('antivirus');
  await eventually(async () => expect(await at.events('deliver')).toEqual([mail]));
  expect(await at.verdicts(mail)).toMatchObject([{ result: 'accept' }]);
});

test('a mail that ended its process each time it was taken alone is held on arrival, its neighbour is judged', async () => {
  clamd.always = 'OK';
  const [killer, neighbour] = [await at.accept(MAIL), await at.accept(MAIL)];
  // What three processes noted before they ended: they had nothing else in hand.
  for (let times = 1; times <= 3; times++) expect(await takeAlone(at.db, killer)).toBe(times);
  await at.bus.publish(stepSubject('antivirus'), { mails: [killer, neighbour] });
  await ensureStepConsumer(await at.bus.manager(), 'antivirus');
  const consumer = await at.bus.jetstream.consumers.get('MAIL', stepConsumer('antivirus').durable_name);
  for (let time = 0; time < 2; time++) (await consumer.next({ expires: 5000 }))?.nak();
  await at.start('antivirus');
  await eventually(async () => expect(await at.row(neighbour)).toMatchObject({ step: 'deliver' }));
  const row = await at.row(killer);
  expect(row).toMatchObject({ step: 'antivirus', state: 'held' });
  expect(row?.['reason']).toMatch(/process ended/);
  expect(await at.verdicts(killer)).toEqual([]);
  await acknowledged();
});
