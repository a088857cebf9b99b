// The contract of a bus consumer, continued: a process is killed between commit and acknowledgement. The server gives
// the event to another process after half a minute, so both tests run at the same time.
import { stepSubject } from '@pochtar/bus';
import { eventually, startFakeDns } from '@pochtar/testkit';
import { describe, expect, test } from 'vitest';
import { type Installation, installation } from './installation.ts';
import { type ScriptedClamd, scriptedClamd } from './scripted-clamd.ts';

const MAIL = 'Return-Path: <sender@remote.test>\r\nFrom: s@remote.test\r\nSubject: x\r\n\r\nhello\r\n';

async function withScanner(run: (at: Installation, clamd: ScriptedClamd) => Promise<void>): Promise<void> {
  await using clamd = await scriptedClamd();
  await using at = await installation();
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: clamd.address });
  await run(at, clamd);
}

describe.concurrent('a filter that is killed', () => {
  test(
    'between commit and publish: the redelivered event publishes the next step, nothing is judged again',
    () =>
      withScanner(async (at, clamd) => {
        const first = await at.spawn('antivirus');
        const mail = await at.accept(MAIL);
        await at.bus.publishStep('antivirus', mail);
        await eventually(() => expect(clamd.waiting).toHaveLength(1));
        // Without the bus the verdict is committed, and its publish has to wait.
        await at.nats.kill();
        clamd.waiting[0]?.answer('OK');
        await eventually(async () => expect(await at.row(mail)).toMatchObject({ step: 'deliver' }));
        await first.kill();
        await at.nats.start();
        await at.start('antivirus');
        await eventually(async () => expect(await at.events('deliver')).toEqual([mail]), { timeout: 60_000 });
        await eventually(async () => expect(await at.events('antivirus')).toEqual([]));
        expect(await at.verdicts(mail)).toHaveLength(1);
        expect(clamd.waiting).toHaveLength(1);
      }),
    120_000,
  );

  test(
    'before the commit: another process judges the mail',
    () =>
      withScanner(async (at, clamd) => {
        const first = await at.spawn('antivirus');
        const mail = await at.accept(MAIL);
        await at.bus.publishStep('antivirus', mail);
        await eventually(() => expect(clamd.waiting).toHaveLength(1));
        await first.kill();
        clamd.always = 'OK';
        await at.start('antivirus');
        await eventually(async () => expect(await at.events('deliver')).toEqual([mail]), { timeout: 60_000 });
        await eventually(async () => expect(await at.events('antivirus')).toEqual([]));
        expect(await at.verdicts(mail)).toHaveLength(1);
      }),
    120_000,
  );

  test(
    'in the midst of an event: what it has settled stands, the rest is judged by another process',
    () =>
      withScanner(async (at, clamd) => {
        const first = await at.spawn('antivirus');
        const mails = await Promise.all(Array.from({ length: 6 }, () => at.accept(MAIL)));
        await at.bus.publish(stepSubject('antivirus'), { mails });
        await eventually(() => expect(clamd.waiting).toHaveLength(6));
        for (const scan of clamd.waiting.slice(0, 3)) scan.answer('OK');
        await eventually(async () => expect(await at.events('deliver')).toHaveLength(3));
        const settled = await at.events('deliver');
        await first.kill();
        clamd.always = 'Other FOUND';
        await at.start('antivirus');
        await eventually(async () => expect(await at.events('antivirus')).toEqual([]), { timeout: 60_000 });
        expect([...new Set(await at.events('deliver'))].toSorted()).toEqual(mails.toSorted());
        for (const mail of mails) {
          const reason = settled.includes(mail) ? /^clean/ : /Other/;
          expect(await at.verdicts(mail)).toMatchObject([{ reason: expect.stringMatching(reason) }]);
        }
      }),
    120_000,
  );

  test(
    'one of three: what it had in hand the others do, nothing is lost and nothing comes twice',
    () =>
      withScanner(async (at, clamd) => {
        const killed = await at.spawn('antivirus');
        const mails = await Promise.all(Array.from({ length: 50 }, () => at.accept(MAIL)));
        for (const mail of mails) await at.bus.publishStep('antivirus', mail);
        await eventually(() => expect(clamd.waiting).toHaveLength(8));
        await at.start('antivirus');
        await at.start('antivirus');
        await eventually(() => expect(clamd.waiting).toHaveLength(24));
        await killed.kill();
        clamd.always = 'OK';
        for (const scan of clamd.waiting) scan.answer('OK');
        await eventually(async () => expect(await at.events('antivirus')).toEqual([]), { timeout: 60_000 });
        expect((await at.events('deliver')).toSorted()).toEqual(mails.toSorted());
        for (const mail of mails) expect(await at.verdicts(mail)).toHaveLength(1);
      }),
    120_000,
  );

  test('while it asks the DNS: another process asks again', async () => {
    await using dns = await startFakeDns();
    await using at = await installation();
    dns.fail('remote.test', 'silence');
    const env = { POCHTAR_DNS_SERVERS: dns.address };
    const first = await at.spawn('dkim', env);
    const mail = await at.accept(MAIL, { slip: ['dkim'], step: 'dkim' });
    await at.bus.publishStep('dkim', mail);
    await eventually(() => expect(dns.queries).toContain('txt remote.test'));
    await first.kill();
    dns.set('remote.test', 'TXT', 'v=spf1 +all');
    await at.start('dkim', env);
    await eventually(async () => expect(await at.events('deliver')).toEqual([mail]), { timeout: 60_000 });
    expect(await at.verdicts(mail)).toMatchObject([{ reason: expect.stringContaining('spf=pass') }]);
  }, 120_000);
});
