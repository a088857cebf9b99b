// Settings that are tried before they are saved: against real far sides, over the bus, as the settings process asks.
import {
  type Bus,
  connectBus,
  progressAt,
  settingsTest,
  type TestEvent,
  testEvent,
  type TestRequest,
} from '@pochtar/bus';
import { createResolver, type Logger, silentLogger } from '@pochtar/runtime';
import { defaultDocument } from '@pochtar/settings';
import { putSecret } from '@pochtar/store/settings';

import { afterAll, beforeAll, expect, test } from 'vitest';
import { heloTest } from '../src/settings-tests/helo.ts';
import { relayTest } from '../src/settings-tests/relay.ts';
import { volumeTest } from '../src/settings-tests/volume.ts';
import { type Script, startFarSide, startRawSide } from './far-side.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

const PASSWORD = 'open "sesame" 42';
let office: PostOffice;
let settings: Bus;

beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  const { url, password } = office.nats;
  settings = await connectBus({ url, user: 'settings', password, name: 'settings', log: silentLogger() });
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});

type Relay = Partial<ReturnType<typeof defaultDocument<'relay'>>>;

function request(kind: TestRequest['kind'], relay: Relay, changed: Partial<TestRequest> = {}): TestRequest {
  const general = { ...defaultDocument('general'), heloName: 'mx.demo.test' };
  const documents = JSON.parse(JSON.stringify({ relay: { ...defaultDocument('relay'), ...relay }, general }));
  return { kind, settings: documents, secret: null, useStoredSecret: false, progress: '', ...changed };
}

async function tried(asked: TestRequest, onEvent: (event: TestEvent, cancel: () => void) => void = () => {}) {
  const events: TestEvent[] = [];
  using inbox = progressAt(settings, testEvent, (event) => {
    events.push(event);
    onEvent(event, () => inbox.cancel());
  });
  const verdict = await settings.ask(settingsTest('delivery'), { ...asked, progress: inbox.subject }, 35_000);
  const lines = events.map((event) => event.text.en);
  return { verdict, events, lines, all: JSON.stringify([events, verdict]) };
}

/** A relay that wants the password; answers where it is. */
async function relaySide(options: Script['options'] = {}) {
  const far = await startFarSide(office, 'relay.test', {
    options: {
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        password === PASSWORD ? done(null, { user: username ?? '' }) : done(new Error('wrong password')),
      ...options,
    },
  });
  return { ...far, port: office.ports.get('relay.test') as number };
}

const withLogin = { authEnabled: true, username: 'us@relay.test' };

test('a relay is tried line by line over SMTPS, up to a sender that is taken back: no mail is sent', async () => {
  await using far = await relaySide({ secure: true, authMethods: ['PLAIN'] });
  const relay = { host: '127.0.0.1', port: far.port, smtps: true, ...withLogin };
  const { verdict, lines, events } = await tried(request('relay', relay, { secret: PASSWORD }));
  expect(verdict).toMatchObject({
    verdict: 'good',
    text: { en: expect.stringContaining('no mail was sent') },
  });
  expect(lines[0]).toBe(`connecting to 127.0.0.1:${far.port}`);
  expect(lines[1]).toMatch(/^encryption: TLSv1\.3, TLS_/);
  expect(lines[2]).toMatch(/^certificate: /);
  expect(lines.filter((line) => line.startsWith('C: '))).toEqual([
    'C: EHLO mx.demo.test',
    'C: AUTH PLAIN ****',
    'C: MAIL FROM:<us@relay.test>',
    'C: RSET',
    'C: QUIT',
  ]);
  expect(lines).toContainEqual(expect.stringMatching(/^S: 235 /));
  expect(events.find(({ step }) => step === 'tls')?.ok).toBe(true);
  expect(far.received).toEqual([]);
});

test.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])(
  'the password is in no event of STARTTLS and AUTH %s',
  async (method) => {
    await using far = await relaySide({
      authMethods: [method],
      onAuth: ({ username }, _session, done) => done(null, { user: username ?? '' }),
    });
    const relay = { host: '127.0.0.1', port: far.port, ...withLogin };
    const { verdict, lines, all } = await tried(request('relay', relay, { secret: PASSWORD }));
    expect(verdict.verdict).toBe('good');
    const secure = lines.findIndex((line) => line.startsWith('encryption: '));
    expect(secure).toBeGreaterThan(lines.indexOf('C: STARTTLS'));
    expect(secure).toBeLessThan(lines.findIndex((line) => line.startsWith('C: AUTH')));
    for (const secret of formsOf(PASSWORD)) expect(all).not.toContain(secret);
  },
);

function formsOf(password: string): string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [
    JSON.stringify(password).slice(1, -1),
    base64(password),
    base64(`\0us@relay.test\0${password}`),
    'sesame',
  ];
}

test('a password that the far side repeats is neither told nor logged, and the refusal says what to check', async () => {
  const told = (line: string): string => {
    if (line === '(connected)') return '220 raw.test';
    if (line.startsWith('EHLO')) return '250-raw.test\r\n250 AUTH PLAIN';
    const sent = Buffer.from(line.replace('AUTH PLAIN ', ''), 'base64').toString().split('\0')[2];
    return `535 5.7.8 no: ${line} ${sent} ${encodeURIComponent(sent ?? '')}`;
  };
  await using _raw = await startRawSide(office, 'raw.test', told);
  const logged: string[] = [];
  const note = (...words: unknown[]): void => void logged.push(JSON.stringify(words));
  const log = { ...silentLogger(), info: note, warn: note, error: note } as unknown as Logger;
  const said: string[] = [];
  const metrics = { sessions: { add: () => {} } };
  const tools = { ...office, log, metrics, resolver: createResolver({ servers: [office.dns.address] }) };
  const run = relayTest(tools as unknown as Parameters<typeof relayTest>[0]);
  const relay = { host: '127.0.0.1', port: office.ports.get('raw.test') as number, ...withLogin };
  const verdict = await run({
    ...request('relay', relay, { secret: PASSWORD }),
    say: (step, words) => void said.push(step, words.en, words.ru),
    signal: new AbortController().signal,
  });
  expect(verdict).toMatchObject({ verdict: 'bad', remedy: { en: 'check the login and the password' } });
  expect(said.join('\n')).toContain('S: 535 5.7.8 no: AUTH PLAIN ****');
  expect(logged.join()).toContain('535');
  const everything = JSON.stringify([said, logged, verdict]);
  for (const secret of [...formsOf(PASSWORD), encodeURIComponent(PASSWORD)])
    expect(everything).not.toContain(secret);
});

test('the stored password goes to the host it is stored for, and to no other one without being typed', async () => {
  await putSecret(office.db, office.masterKey, 'relay.password', PASSWORD);
  await using far = await relaySide({ secure: true });
  const stored = { host: '127.0.0.1', port: 25, smtps: true, ...withLogin };
  await office.set({ relay: stored });
  office.dns.set('thief.test', 'A', '127.0.0.1');
  for (const host of ['thief.test', '127.0.0.2', 'localhost', '::1']) {
    const { verdict } = await tried(
      request('relay', { ...stored, host, port: far.port }, { useStoredSecret: true }),
    );
    expect(verdict).toMatchObject({ verdict: 'bad', remedy: { en: 'type the password for this server' } });
  }
  const bare = { ...stored, port: far.port, smtps: false };
  expect((await tried(request('relay', bare, { useStoredSecret: true }))).verdict.verdict).toBe('bad');
  expect(far.connections()).toBe(0);
  const same = await tried(request('relay', { ...stored, port: far.port }, { useStoredSecret: true }));
  expect(same.verdict.verdict).toBe('good');
  const typed = { ...stored, host: 'thief.test', port: far.port };
  expect((await tried(request('relay', typed, { secret: PASSWORD }))).verdict.verdict).toBe('good');
  const neither = await tried(request('relay', { ...stored, port: far.port }));
  expect(neither.verdict).toMatchObject({ verdict: 'bad', text: { en: 'no password was given: type it' } });
  await office.set({ relay: { host: '', smtps: false, authEnabled: false } });
});

test('a sender that the relay refuses, a port where nobody listens, and no relay at all are told apart', async () => {
  await using far = await startFarSide(office, 'strict.test', {
    onMail: () => {
      throw Object.assign(new Error('not yours'), { responseCode: 553 });
    },
  });
  const port = office.ports.get(far.domain) as number;
  const refused = await tried(request('relay', { host: '127.0.0.1', port }));
  expect(refused.verdict).toMatchObject({
    verdict: 'bad',
    text: { en: expect.stringContaining('553 not yours') },
  });
  expect(refused.events.find((event) => event.text.en.startsWith('S: 553'))?.ok).toBe(false);
  const nobody = await tried(request('relay', { host: '127.0.0.1', port: 9 }));
  expect(nobody.verdict).toMatchObject({ verdict: 'bad', remedy: { en: expect.stringContaining('SMTPS') } });
  expect((await tried(request('relay', { host: '' }))).verdict.verdict).toBe('unknown');
});

test('a far side that says nothing is left when the test is taken back', async () => {
  await using silent = await startRawSide(office, 'silent.test', () => undefined);
  const relay = { host: '127.0.0.1', port: office.ports.get('silent.test') as number };
  const { verdict } = await tried(request('relay', relay), ({ step }, cancel) => {
    if (step === 'connect') cancel();
  });
  expect(verdict.verdict).toBe('unknown');
  expect(silent.connections()).toBeLessThanOrEqual(1);
});

test('the name in HELO must have an address that leads back to it', async () => {
  const named = request('helo', {});
  office.dns.fail('mx.demo.test', 'SERVFAIL');
  expect((await tried(named)).verdict.verdict).toBe('unknown');
  office.dns.reset();
  const absent = {
    ...named,
    settings: { general: { ...named.settings['general'], heloName: 'none.demo.test' } },
  };
  expect((await tried(absent)).verdict).toMatchObject({
    verdict: 'bad',
    remedy: { en: expect.stringContaining('A record') },
  });

  office.dns.set('two.demo.test', 'A', '192.0.2.7');
  office.dns.setReverse('192.0.2.7', 'other.test');
  const run = heloTest(createResolver({ servers: [office.dns.address] }), () => []);
  const two = {
    ...named,
    settings: { general: { ...named.settings['general'], heloName: 'two.demo.test' } },
  };
  const said: string[] = [];
  const parts = {
    say: (_: string, { en }: { en: string }) => void said.push(en),
    signal: new AbortController().signal,
  };
  expect(await run({ ...two, ...parts })).toMatchObject({
    verdict: 'bad',
    remedy: { en: expect.stringContaining('provider') },
  });
  expect(said.slice(0, 2)).toEqual(['two.demo.test: 192.0.2.7', '192.0.2.7: other.test']);

  office.dns.set('three.demo.test', 'A', '192.0.2.8');
  office.dns.setReverse('192.0.2.8', 'THREE.demo.test');
  const three = {
    ...two,
    settings: { general: { ...named.settings['general'], heloName: 'three.demo.test' } },
    ...parts,
  };
  expect(await run(three)).toMatchObject({ verdict: 'good' });
  expect(said).toContainEqual(expect.stringContaining('NAT'));
  const other = heloTest(createResolver({ servers: [office.dns.address] }), () => ['198.51.100.1']);
  expect(await other(three)).toMatchObject({
    verdict: 'unknown',
    text: { en: expect.stringContaining('198.51.100.1') },
  });
});

test('the volume is tried by a pack that is stored, read and removed, and is told when it is not there', async () => {
  const { verdict, lines } = await tried(request('volume', {}));
  expect(verdict.verdict).toBe('good');
  expect(lines).toEqual([
    expect.stringContaining('the storage'),
    'storing: durable',
    'reading a part: it is the same',
    'removing: it is gone',
    expect.stringMatching(/^\d+\.\d GB are free$/),
  ]);
  const volume = await office.blobs.volumes.current();
  const packs = await Array.fromAsync(volume.listPacks());
  const rows = await office.db.query<{ id: string }>({ text: 'select id from store.pack' });
  expect(packs.map(({ packId }) => packId).filter((id) => !rows.some((row) => row.id === id))).toEqual([]);

  const run = volumeTest({
    volumes: {
      ...office.blobs.volumes,
      current: () => Promise.reject(new Error('/mnt/mail is not mounted')),
    },
  });
  const gone = await run({ ...request('volume', {}), say: () => {}, signal: new AbortController().signal });
  expect(gone).toMatchObject({
    verdict: 'bad',
    text: { en: expect.stringContaining('/mnt/mail is not mounted') },
  });
});
