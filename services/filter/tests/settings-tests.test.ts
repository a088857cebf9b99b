// Settings of the filters that are tried before they are saved: against a real clamd, a real c-icap and a small real DNS.
import { createServer } from 'node:net';
import {
  connectBus,
  progressAt,
  settingsTest,
  type TestEvent,
  testEvent,
  type TestRequest,
} from '@pochtar/bus';
import { createResolver, silentLogger } from '@pochtar/runtime';
import { defaultDocument } from '@pochtar/settings';
import { ensureClamd, type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { antivirusTest } from '../src/settings-tests/antivirus.ts';
import { dnsblTest } from '../src/settings-tests/dnsbl.ts';
import { startCIcap } from './c-icap.ts';
import { installation } from './installation.ts';

type Antivirus = ReturnType<typeof defaultDocument<'antivirus'>>;
type Tried = TestRequest['kind'];

function request(kind: Tried, settings: Record<string, unknown>): TestRequest {
  const documents = JSON.parse(JSON.stringify(settings)) as TestRequest['settings'];
  return { kind, settings: documents, secret: null, useStoredSecret: false, progress: '' };
}

async function tryScanner(kind: 'clamav' | 'kaspersky' | 'drweb', changed: Partial<Antivirus>) {
  const lines: string[] = [];
  const verdict = await antivirusTest(kind)({
    ...request(kind, { antivirus: { ...defaultDocument('antivirus'), maxScanSizeMb: 3, ...changed } }),
    say: (_, { en }, ok) => void lines.push(`${ok} ${en}`),
    signal: AbortSignal.timeout(30_000),
  });
  return { verdict, lines };
}

/** Answers, and finds nothing in anything. */
async function blindClamd(): Promise<{ address: string } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (chunk.toString('latin1').startsWith('zVERSION')) socket.end('ClamAV 0.0\0');
      else if (chunk.subarray(-4).equals(Buffer.alloc(4))) socket.end('stream: OK\0');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void server.close() };
}

describe('a virus scanner', () => {
  test('clamd: its version is told, the test virus is found, a clean mail passes, over the bus', async () => {
    await using clamd = await ensureClamd();
    await using place = await installation();
    await using _filter = await place.start('antivirus');
    const { url, password } = place.nats;
    await using settings = await connectBus({
      url,
      user: 'settings',
      password,
      name: 't',
      log: silentLogger(),
    });
    const events: TestEvent[] = [];
    using inbox = progressAt(settings, testEvent, (event) => void events.push(event));
    const antivirus = { ...defaultDocument('antivirus'), clamavAddress: clamd.address, maxScanSizeMb: 3 };
    const asked = { ...request('clamav', { antivirus }), progress: inbox.subject };
    expect(await settings.ask(settingsTest('filter-antivirus'), asked, 30_000)).toMatchObject({
      verdict: 'good',
    });
    expect(events.map(({ step, ok, text }) => [step, ok, text.en])).toEqual([
      ['version', true, expect.stringMatching(/^it answers: ClamAV \d/)],
      ['clean', true, 'a clean mail: clean'],
      ['infected', true, expect.stringContaining('found Eicar-Signature')],
      ['encrypted', true, expect.stringMatching(/an encrypted archive: .*Heuristics\.Encrypted\.Zip/)],
      ['limits', true, expect.stringMatching(/limits: .*Heuristics\.Limits\.Exceeded\.MaxRecursion/)],
      ['largest', true, 'a mail of 3 MB: clean'],
    ]);
  });

  test.each([
    ['AlertEncrypted', /^an encrypted archive is called clean/],
    ['AlertExceedsMax', /^an archive over the scanner's limits is called clean/],
  ])('a clamd without %s, which answers OK to what it did not look at, is refused', async (option, why) => {
    await using clamd = await ensureClamd({ [option]: 'no' });
    const { verdict } = await tryScanner('clamav', { clamavAddress: clamd.address, maxScanSizeMb: 1 });
    expect(verdict).toMatchObject({
      verdict: 'bad',
      text: { en: expect.stringMatching(why) },
      remedy: { en: expect.stringContaining(`set ${option} yes`) },
    });
  });

  test('a clamd that takes no mail as large as the settings allow is refused', async () => {
    await using clamd = await ensureClamd({ StreamMaxLength: '1M' });
    const { verdict, lines } = await tryScanner('clamav', { clamavAddress: clamd.address, maxScanSizeMb: 3 });
    expect(lines.at(-1)).toMatch(/^false a mail of 3 MB: .*StreamMaxLength/);
    expect(verdict).toMatchObject({
      verdict: 'bad',
      remedy: { en: expect.stringContaining('StreamMaxLength') },
    });
    expect(
      (await tryScanner('clamav', { clamavAddress: clamd.address, maxScanSizeMb: 1 })).verdict.verdict,
    ).toBe('good');
  });

  test('ICAP: Kaspersky and Dr.Web are tried through the service that is named, and a wrong one is told', async () => {
    await using clamd = await ensureClamd();
    await using icap = await startCIcap(clamd);
    const found = await tryScanner('kaspersky', { kasperskyAddress: icap.url });
    expect(found.verdict.verdict).toBe('good');
    expect(found.lines[0]).toMatch(/^true it answers: .+/);
    expect((await tryScanner('drweb', { drwebAddress: icap.url })).verdict.verdict).toBe('good');
    expect((await tryScanner('drweb', { drwebAddress: clamd.address })).verdict.verdict).toBe('good');
    const wrong = await tryScanner('kaspersky', { kasperskyAddress: icap.url.replace('avscan', 'other') });
    expect(wrong.verdict.verdict).toBe('bad');
  });

  test('one that does not know the test virus is not fit, however well it answers', async () => {
    await using blind = await blindClamd();
    const { verdict, lines } = await tryScanner('clamav', { clamavAddress: blind.address });
    expect(lines.at(-1)).toBe('false the test virus EICAR: clean');
    expect(verdict).toMatchObject({ verdict: 'bad', remedy: { en: expect.stringContaining('definitions') } });
  });

  test('one where nobody listens is told as such', async () => {
    const { verdict } = await tryScanner('clamav', { clamavAddress: '127.0.0.1:9' });
    expect(verdict).toMatchObject({ verdict: 'bad', remedy: { en: expect.stringContaining('address') } });
  });
});

describe('black lists', () => {
  let dns: FakeDns;
  beforeAll(async () => {
    dns = await startFakeDns();
  });
  afterAll(() => dns[Symbol.asyncDispose]());
  beforeEach(() => dns.reset());

  async function tryZones(zones: string[], only?: string) {
    const lines: string[] = [];
    const resolver = createResolver({ servers: [dns.address], timeoutMs: 5000, tries: 1 });
    const verdict = await dnsblTest(resolver)({
      ...request('dnsbl', {
        dnsbl: { ...defaultDocument('dnsbl'), zones, timeoutMs: 500 },
        general: { ...defaultDocument('general'), heloName: 'mx.demo.test' },
      }),
      ...(only !== undefined && { only }),
      say: (_, { en }, ok) => void lines.push(`${ok} ${en}`),
      signal: AbortSignal.timeout(30_000),
    });
    return { verdict, lines: lines.toSorted() };
  }

  test('RFC 5782 §5: a list has 127.0.0.2 and not 127.0.0.1; our own address is looked up too', async () => {
    dns.set('2.0.0.127.well.test', 'A', '127.0.0.2');
    dns.set('mx.demo.test', 'A', '203.0.113.7');
    dns.set('7.113.0.203.well.test', 'A', '127.0.0.4');
    const { verdict, lines } = await tryZones(['well.test']);
    expect(verdict.verdict).toBe('good');
    expect(lines).toEqual([
      'false well.test: our address 203.0.113.7 is on this list',
      expect.stringMatching(/^true well\.test: 127\.0\.0\.2 is listed, 127\.0\.0\.1 is not; \d+ ms$/),
    ]);
  });

  test('a list of everybody, of nobody, one that is silent and one that refuses are each told with the reason', async () => {
    for (const name of ['2.0.0.127.all.test', '1.0.0.127.all.test']) dns.set(name, 'A', '127.0.0.2');
    dns.set('2.0.0.127.public.test', 'A', '127.255.255.254');
    dns.set('2.0.0.127.often.test', 'A', '127.255.255.255');
    dns.fail('2.0.0.127.silent.test', 'silence');
    dns.set('2.0.0.127.well.test', 'A', '127.0.0.2');
    const { verdict, lines } = await tryZones([
      ...['all.test', 'public.test', 'often.test', 'silent.test', 'nobody.test', 'well.test'],
    ]);
    expect(lines).toEqual([
      'false all.test: it lists 127.0.0.1, so it lists everybody',
      expect.stringContaining('false nobody.test: the test address 127.0.0.2 is not listed'),
      expect.stringContaining('false often.test: too many questions'),
      expect.stringContaining('false public.test: the list does not answer public DNS servers'),
      'false silent.test: no answer within 500 ms',
      expect.stringContaining('true well.test'),
    ]);
    expect(verdict).toMatchObject({ verdict: 'bad', remedy: { en: 'remove these lists' } });
    expect(verdict.text.en).not.toContain('well.test');
  });

  test('one of several lists can be tried alone', async () => {
    dns.set('2.0.0.127.one.test', 'A', '127.0.0.2');
    expect((await tryZones(['one.test', 'two.test'], 'one.test')).verdict.verdict).toBe('good');
    expect(dns.queries.some((query) => query.includes('two.test'))).toBe(false);
    expect((await tryZones(['one.test'], 'other.test')).verdict.verdict).toBe('unknown');
  });
});
