// What each filter would say of a mail that nobody sends, by settings that nobody saved: real clamd, a small real DNS, the
// database. Nothing may be left of it.
import {
  type Bus,
  connectBus,
  dlpDefinition,
  MAX_TRIED_BYTES,
  offerPieces,
  TRIER_MS,
  type Trier,
  tryQuestion,
  type TryRequest,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { defaultDocument, sectionNames } from '@pochtar/settings';
import { saveRule } from '@pochtar/store/dlp';
import { activateDkimKey, addDkimKey, createDomain, listDkimKeys } from '@pochtar/store/directory';
import { eicar, ensureClamd, type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installation, installation } from './installation.ts';
import { ed25519Key } from './signed-mail.ts';

let at: Installation;
let dns: FakeDns;
let clamd: Awaited<ReturnType<typeof ensureClamd>>;
let settings: Bus;

beforeAll(async () => {
  [at, dns, clamd] = await Promise.all([installation(), startFakeDns({ ttl: 0 }), ensureClamd()]);
  const env = { POCHTAR_DNS_SERVERS: dns.address };
  await Promise.all(
    (['antivirus', 'dkim', 'dlp', 'dnsbl', 'greylist'] as const).map((name) => at.start(name, env)),
  );
  const { url, password } = at.nats;
  settings = await connectBus({ url, user: 'settings', password, name: 'test', log: silentLogger() });
  await createDomain(at.db, 'example.test');
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
  await clamd[Symbol.asyncDispose]();
});

const FRONT = 'Return-Path: <sender@remote.test>\r\nReceived: from x by mx.example.test\r\n';
const HEAD = 'From: <sender@remote.test>\r\nTo: <anna@example.test>\r\nSubject: x\r\n';
const INFECTED =
  `${HEAD}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n` +
  'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
  `${Buffer.from(eicar).toString('base64')}\r\n--b--\r\n`;
const WITH_CARD = `${HEAD}\r\nMy card is 4111 1111 1111 1111.\r\n`;

type Draft = Record<string, Record<string, unknown>>;

async function tried(
  trier: Trier,
  mail: string | Buffer,
  draft: Draft = {},
  changed: Partial<TryRequest> = {},
) {
  const body = Buffer.concat([Buffer.from(FRONT), Buffer.from(mail as string)]);
  using pieces = offerPieces(settings, body);
  const documents = sectionNames.map((name) => [name, { ...defaultDocument(name), ...draft[name] }]);
  const request: TryRequest = {
    ...{ origin: 'incoming', reversePath: 'sender@remote.test', recipients: ['anna@example.test'] },
    ...{
      clientAddress: '192.0.2.1',
      helo: 'mail.remote.test',
      slip: ['antivirus', 'dkim', 'dlp'],
      earlier: [],
    },
    ...{ mail: pieces.offer, frontBytes: FRONT.length },
    settings: JSON.parse(JSON.stringify(Object.fromEntries(documents))) as TryRequest['settings'],
    ...changed,
  };
  return await settings.ask(tryQuestion(trier), request, TRIER_MS);
}

/** Rows of everything that a mail leaves when it is judged. */
async function rows(): Promise<unknown> {
  const tables = [
    ...['queue.mail', 'queue.recipient', 'queue.verdict', 'store.content', 'store.pack', 'dlp.incident'],
    ...['lists.greylist', 'lists.greylist_network', 'lists.greylist_day', 'lists.dnsbl_refusal'],
  ];
  const counts = tables.map((table) => `(select count(*) from ${table})::int as "${table}"`);
  const [row] = await at.db.query({ text: `select ${counts.join(', ')}` });
  return row;
}

describe('antivirus', () => {
  const on = () => ({ antivirus: { clamavEnabled: true, clamavAddress: clamd.address } });

  test('the scanner of the draft finds the virus: a report would be delivered, and none is made', async () => {
    const before = await rows();
    const { said } = await tried('antivirus', INFECTED, on());
    expect(said).toEqual([
      expect.objectContaining({
        ...{ result: 'accept', isReplaced: true },
        reason: expect.stringMatching(/^infected: Eicar.* \(ClamAV\)$/),
      }),
    ]);
    expect(await rows()).toEqual(before);
  });

  test('the same mail by another draft: held where it is outgoing, and put off where nobody answers', async () => {
    const held = await tried('antivirus', INFECTED, on(), { origin: 'submitted' });
    expect(held.said).toMatchObject([
      {
        ...{ result: 'quarantine', reason: expect.stringContaining('infected') },
        decidedBy: ['antivirus.onInfectedOutgoing'],
      },
    ]);
    const away = {
      antivirus: { clamavEnabled: true, clamavAddress: '127.0.0.1:9', onScannerFailure: 'wait' },
    };
    expect((await tried('antivirus', INFECTED, away)).said).toMatchObject([
      { result: 'defer', decidedBy: ['antivirus.onScannerFailure'] },
    ]);
    const clean = await tried('antivirus', WITH_CARD, on());
    expect(clean.said).toMatchObject([{ result: 'accept', isReplaced: false, prefix: null }]);
  });
});

describe('dlp', () => {
  test('a rule holds the mail by the words of the rule, and no incident is noted', async () => {
    const definition = dlpDefinition.parse({
      conditions: [{ kind: 'detector', detector: 'bankCard' }],
      ...{ action: 'quarantine', reason: 'спросите банк' },
    });
    const rule = { name: 'Cards', isOn: true, position: 1, definition, author: 'test' };
    expect(await saveRule(at.db, rule, null)).toBe('saved');
    const before = await rows();
    const { said } = await tried('dlp', WITH_CARD);
    expect(said).toMatchObject([
      { result: 'quarantine', reason: 'DLP rule “Cards”: спросите банк', rule: 'Cards' },
    ]);
    expect(said[0]?.decidedBy).toBeUndefined();
    expect(await rows()).toEqual(before);
  });

  test('what cannot be read is judged by the draft', async () => {
    const locked = `${HEAD}\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n`;
    const said = async (onUnscannable: string) =>
      (await tried('dlp', locked, { dlp: { onUnscannable } })).said[0];
    expect([await said('hold'), await said('bounce')]).toMatchObject([
      { result: 'quarantine', decidedBy: ['dlp.onUnscannable'] },
      { result: 'reject', decidedBy: ['dlp.onUnscannable'] },
    ]);
  });
});

describe('dkim', () => {
  test('an incoming mail: what was found stands in the field that would be added, and the draft decides', async () => {
    dns.set('_dmarc.remote.test', 'TXT', 'v=DMARC1; p=reject');
    const before = await rows();
    const { said } = await tried('dkim', WITH_CARD, { dkim: { verify: true, onDmarcFail: 'quarantine' } });
    expect(said).toMatchObject([
      {
        result: 'quarantine',
        reason: expect.stringContaining('dmarc=fail (remote.test: reject)'),
        prefix: expect.stringMatching(/^Authentication-Results: /),
      },
    ]);
    const junk = await tried('dkim', WITH_CARD, { dkim: { verify: true, onDmarcFail: 'junk' } });
    expect(junk.said).toMatchObject([
      { result: 'accept', target: '\\Junk', decidedBy: ['dkim.onDmarcFail'] },
    ]);
    expect(await rows()).toEqual(before);
  });

  test('a submitted mail: by which key it would be signed, or why not', async () => {
    const domainId = (await createDomain(at.db, 'own.test')) as number;
    const { privatePem, record } = ed25519Key();
    await addDkimKey(at.db, at.masterKey, {
      ...{
        domainId,
        domain: 'own.test',
        selector: 'ed',
        algorithm: 'ed25519',
        bits: 256,
        isAutomatic: false,
      },
      ...{ publicKey: record.split('p=')[1] as string, privateKeyPem: privatePem },
    });
    const [key] = await listDkimKeys(at.db, 'all', 'own.test');
    await at.db.transaction((tx) => activateDkimKey(tx, key?.id ?? 0, 7));
    const ours = 'From: <anna@own.test>\r\nSubject: x\r\n\r\nx\r\n';
    const submitted = (mail: string, sign: boolean, changed: Partial<TryRequest> = {}) =>
      tried('dkim', mail, { dkim: { sign } }, { origin: 'submitted', ...changed });
    expect((await submitted(ours, true)).said).toMatchObject([
      { reason: 'signed: ed._domainkey.own.test', prefix: expect.stringMatching(/^DKIM-Signature: /) },
    ]);
    const reason = async (...given: Parameters<typeof submitted>) =>
      (await submitted(...given)).said[0]?.reason;
    expect(await reason(ours, false)).toBe('not signed: signing is switched off');
    expect(await reason(HEAD, true)).toBe('not signed: remote.test has no key that signs');
    const earlier = [{ filter: 'antivirus' as const, isReplaced: true }];
    expect(await reason(ours, true, { earlier, slip: ['antivirus', 'dlp', 'dkim'] })).toBe(
      'not signed: its content was replaced',
    );
  });
});

describe('the filters of the dialogue', () => {
  test('greylisting says that a first attempt is put off, and remembers none; a known one passes', async () => {
    const before = await rows();
    const on = { greylist: { enabled: true, minRetrySeconds: 90 } };
    const asked = () => tried('greylist', WITH_CARD, on);
    const decidedBy = ['greylist.enabled', 'greylist.minRetrySeconds'];
    const first = [
      { result: 'defer', reason: '451 4.7.1 greylisted, please try again in 90 seconds', decidedBy },
    ];
    expect((await asked()).said).toMatchObject(first);
    expect((await asked()).said).toMatchObject(first);
    expect((await tried('greylist', WITH_CARD)).said).toMatchObject([{ result: 'accept' }]);
    expect(await rows()).toEqual(before);
    await at.db.query({
      text: `insert into lists.greylist (network, sender, recipient, first_at)
        values ('192.0.2.0/24', 'sender@remote.test', 'anna@example.test', now() - interval '2 minutes')`,
    });
    expect((await asked()).said).toMatchObject([
      { result: 'accept', reason: expect.stringContaining('known') },
    ]);
    const two = await tried('greylist', WITH_CARD, on, {
      recipients: ['anna@example.test', 'bob@example.test'],
    });
    expect(two.said).toMatchObject([
      { recipient: '', result: 'accept' },
      { recipient: 'bob@example.test', result: 'defer' },
    ]);
    const [row] = await at.db.query<{ waits: boolean }>({
      text: 'select passed_at is null as waits from lists.greylist',
    });
    expect(row).toEqual({ waits: true });
  });

  test('the black lists of the draft are asked, with what the list says of the client', async () => {
    dns.set('1.2.0.192.draft.test', 'A', '127.0.0.2');
    dns.set('1.2.0.192.draft.test', 'TXT', 'spam \u001b[31m source');
    const listed = await tried('dnsbl', WITH_CARD, { dnsbl: { zones: ['draft.test'] } });
    expect(listed.said).toMatchObject([
      {
        result: 'reject',
        reason: expect.stringMatching(
          /^550 5\.7\.1 client \[192\.0\.2\.1\] is listed by draft\.test: "spam %1B/,
        ),
        decidedBy: ['dnsbl.zones'],
      },
    ]);
    expect((await tried('dnsbl', WITH_CARD, { dnsbl: { zones: [] } })).said).toMatchObject([
      { result: 'accept' },
    ]);
  });

  test.each([
    ['reject', 'reject', '550 5.7.1 the black list silent.test does not answer'],
    ['defer', 'defer', '451 4.7.1 the black list silent.test does not answer, please try again later'],
    ['ignore', 'accept', 'nothing is known against it'],
  ] as const)('a black list that does not answer, onNoAnswer %s', async (onNoAnswer, result, reason) => {
    dns.fail('1.2.0.192.silent.test', 'SERVFAIL');
    const { said } = await tried('dnsbl', WITH_CARD, { dnsbl: { zones: ['silent.test'], onNoAnswer } });
    expect(said).toMatchObject([{ result, reason, decidedBy: ['dnsbl.onNoAnswer'] }]);
  });
});

test('what a filter is asked wrongly is answered at once: it could not look, and why', async () => {
  const wrong = await tried('dlp', WITH_CARD, { dlp: { maxFileSizeMb: -1 } });
  expect(wrong).toEqual({ said: [], failure: expect.stringContaining('the draft of dlp does not fit') });
  const large = await tried('dlp', Buffer.alloc(MAX_TRIED_BYTES + 1));
  expect(large).toEqual({ said: [], failure: expect.stringContaining('bytes are offered, more than') });
});
