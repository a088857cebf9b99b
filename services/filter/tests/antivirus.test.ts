// The antivirus filter as a whole, with a real clamd: what becomes of clean, infected and unscannable mail.
import { eicar, ensureClamd, eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startCIcap } from './c-icap.ts';
import { type Installation, installation } from './installation.ts';

let clamd: Awaited<ReturnType<typeof ensureClamd>>;
let at: Installation;

beforeAll(async () => {
  clamd = await ensureClamd({ MaxFileSize: '3M', MaxScanSize: '3M', StreamMaxLength: '100M' });
});
afterAll(() => clamd[Symbol.asyncDispose]());
beforeEach(async () => {
  at = await installation();
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: clamd.address });
  await at.start('antivirus');
});
afterEach(() => at[Symbol.asyncDispose]());

const HEAD =
  'Return-Path: <sender@remote.test>\r\nReceived: from a by b; Tue, 24 Nov 2026 05:00:00 +0000\r\n' +
  'From: Sender <sender@remote.test>\r\nTo: anna@example.test\r\nSubject: =?utf-8?b?0L/RgNC40LLQtdGC?=\r\nMessage-ID: <1@remote.test>\r\n';

function infected(padding = ''): Buffer {
  return Buffer.from(
    `${HEAD}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee it: д\r\n${padding}` +
      `--b\r\nContent-Type: application/octet-stream; name="x.com"\r\nContent-Transfer-Encoding: base64\r\n\r\n` +
      `${Buffer.from(eicar).toString('base64')}\r\n--b--\r\n`,
  );
}

async function judged(mail: string) {
  await at.bus.publishStep('antivirus', mail);
  await eventually(async () => expect(await at.events('deliver')).toEqual([mail]));
  const [verdict] = await at.verdicts(mail);
  return verdict as { result: string; reason: string; prefix: Buffer | null; replacement: string | null };
}

async function contentOf(id: string | null) {
  const [row] = await at.db.query<{
    pack_id: string;
    pack_offset: number;
    length: number;
    envelope: string;
    body_structure: string;
  }>({
    text: 'select pack_id, pack_offset, length, envelope, body_structure from store.content where id = $1',
    values: [id],
  });
  if (row === undefined) throw new Error('there is no such content');
  const bytes: Buffer[] = [];
  const blob = { packId: row.pack_id, offset: row.pack_offset, length: row.length };
  for await (const chunk of at.blobs.readStream(blob)) bytes.push(chunk);
  return { ...row, bytes: Buffer.concat(bytes) };
}

test('clean mail passes without an edit', async () => {
  const mail = await at.accept(`${HEAD}\r\nhello\r\n`);
  expect(await judged(mail)).toMatchObject({
    result: 'accept',
    reason: 'clean (ClamAV)',
    prefix: null,
    replacement: null,
  });
});

test.each([
  ['small', ''],
  ['large', 'x'.repeat(70).concat('\r\n').repeat(20_000)],
])(
  'infected incoming mail (%s) is replaced by a report that has it attached, byte for byte',
  async (_size, padding) => {
    const original = infected(padding);
    const mail = await at.accept(original);
    const verdict = await judged(mail);
    expect(verdict).toMatchObject({
      result: 'accept',
      reason: expect.stringMatching(/^infected: Eicar-Signature.* \(ClamAV\)$/),
    });
    const report = await contentOf(verdict.replacement);
    const text = report.bytes.toString('latin1');
    expect(text).toMatch(
      /^Return-Path: <>\r\nFrom: .*<MAILER-DAEMON@mx\.example\.test>\r\nTo: anna@example\.test\r\n/,
    );
    expect(text).toContain('Auto-Submitted: auto-generated\r\n');
    expect(report.bytes.includes(original)).toBe(true);
    expect(report.body_structure.toUpperCase()).toContain('"MESSAGE" "RFC822"');
    expect(report.envelope).toContain('MAILER-DAEMON');
  },
);

test('recipients of one mail are not told of each other', async () => {
  const recipients = [{ address: 'anna@example.test' }, { address: 'boris@example.test' }];
  const mail = await at.accept(infected(), { recipients });
  const { replacement } = await judged(mail);
  const text = (await contentOf(replacement)).bytes.toString('latin1');
  expect(text).toContain('To: MAILER-DAEMON@mx.example.test\r\n');
  expect(text).not.toContain('boris');
});

test('a report is made once, whatever is repeated', async () => {
  const mail = await at.accept(infected());
  const { replacement } = await judged(mail);
  // As after a crash before the commit: the verdict is not there, the content may be.
  await at.db.query({ text: 'delete from queue.verdict where mail_id = $1', values: [mail] });
  await at.db.query({ text: "update queue.mail set step = 'antivirus' where id = $1", values: [mail] });
  await at.bus.publishStep('antivirus', mail);
  await eventually(async () => expect(await at.events('deliver')).toEqual([mail, mail]));
  expect(await at.verdicts(mail)).toMatchObject([{ replacement }]);
  expect(await at.db.query({ text: 'select 1 from store.content' })).toHaveLength(2);
});

test('infected outgoing mail is held, not replaced: its sender is told by delivery', async () => {
  const mail = await at.accept(infected(), { origin: 'submitted', reversePath: 'boris@example.test' });
  expect(await judged(mail)).toMatchObject({
    result: 'quarantine',
    reason: expect.stringContaining('infected: '),
    replacement: null,
  });
});

test('onInfectedOutgoing replace: the literal behaviour, at once and without a restart', async () => {
  await at.set('antivirus', { onInfectedOutgoing: 'replace' });
  await eventually(async () => {
    const mail = await at.accept(infected(), { origin: 'submitted', reversePath: 'boris@example.test' });
    await at.bus.publishStep('antivirus', mail);
    await eventually(async () => expect(await at.events('deliver')).toContain(mail));
    expect(await at.verdicts(mail)).toMatchObject([{ result: 'accept', replacement: expect.any(String) }]);
  });
});

test('mail over maxScanSizeMb could not be looked at: held by default, tagged or returned when set so', async () => {
  await at.set('antivirus', { maxScanSizeMb: 1 });
  const large = `${HEAD}\r\n${'x'.repeat(70).concat('\r\n').repeat(16_000)}`;
  const results: string[] = [];
  for (const onUnscannable of ['hold', 'deliverTagged', 'bounce'] as const) {
    await at.set('antivirus', { onUnscannable });
    // The setting has arrived when a mail is judged by it.
    results.push(
      await eventually(async () => {
        const mail = await at.accept(large);
        await at.bus.publishStep('antivirus', mail);
        await eventually(async () => expect(await at.events('deliver')).toContain(mail));
        const [verdict] = await at.verdicts(mail);
        const { result, prefix } = verdict as { result: string; prefix: Buffer | null };
        expect(results).not.toContain(result);
        if (onUnscannable === 'deliverTagged') {
          expect(prefix?.toString('latin1')).toMatch(
            /^X-Pochtar-Antivirus: unscanned;\s+reason=".*more than 1 MB"\r\n$/s,
          );
        }
        return result;
      }),
    );
  }
  expect(results).toEqual(['quarantine', 'accept', 'reject']);
});

test("what exceeds the scanner's limits is neither clean nor a virus", async () => {
  const mail = await at.accept(infected('x'.repeat(70).concat('\r\n').repeat(60_000)));
  expect(await judged(mail)).toMatchObject({
    result: 'quarantine',
    reason: expect.stringMatching(
      /^it cannot be scanned: ClamAV could not look inside: Heuristics\.Limits\.Exceeded/,
    ),
    replacement: null,
  });
});

test('every scanner that is on must pass: the second one over ICAP finds it, then does not answer', async () => {
  await using icap = await startCIcap(clamd);
  await at.set('antivirus', { clamavEnabled: false, kasperskyEnabled: true, kasperskyAddress: icap.url });
  await eventually(async () => {
    const mail = await at.accept(infected());
    await at.bus.publishStep('antivirus', mail);
    await eventually(async () => expect(await at.events('deliver')).toContain(mail));
    expect(await at.verdicts(mail)).toMatchObject([
      { reason: expect.stringMatching(/^infected: .* \(Kaspersky\)$/) },
    ]);
  });
  await icap.stop();
  await at.set('antivirus', { clamavEnabled: true });
  await eventually(async () => {
    const mail = await at.accept(`${HEAD}\r\nhello\r\n`);
    await at.bus.publishStep('antivirus', mail);
    await eventually(async () => expect(await at.row(mail)).toMatchObject({ state: 'parked' }));
    expect(await at.verdicts(mail)).toEqual([]);
  });
});

test('antivirus.drwebAddress: Dr.Web is asked by the protocol of clamd, too', async () => {
  await at.set('antivirus', { clamavEnabled: false, drwebEnabled: true, drwebAddress: clamd.address });
  await eventually(async () => {
    const mail = await at.accept(infected());
    await at.bus.publishStep('antivirus', mail);
    await eventually(async () => expect(await at.events('deliver')).toContain(mail));
    expect(await at.verdicts(mail)).toMatchObject([
      { reason: expect.stringMatching(/^infected: .* \(Dr\.Web\)$/) },
    ]);
  });
});

test('no scan, no pass: mail that was to be scanned waits while no scanner is on, and is scanned by the next one', async () => {
  await at.set('antivirus', { clamavEnabled: false });
  const mail = await eventually(async () => {
    const accepted = await at.accept(infected());
    await at.bus.publishStep('antivirus', accepted);
    await eventually(async () => expect(await at.row(accepted)).toMatchObject({ state: 'parked' }));
    return accepted;
  });
  expect(await at.row(mail)).toMatchObject({ reason: expect.stringContaining('no scanner is switched on') });
  // Two commands, as an operator gives them: nothing passes between the two.
  await at.set('antivirus', { clamavEnabled: true });
  await eventually(async () => expect(await at.events('deliver')).toContain(mail));
  expect(await at.verdicts(mail)).toMatchObject([{ reason: expect.stringContaining('infected: ') }]);
});
