// Binding by SCRAM-SHA-256 (RFC 5802, RFC 7677): in clear, inside TLS, bound to its channel, and by OpenLDAP's client with
// Cyrus SASL, neither of which is ours. The process that answers sees no key.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackage, ensureProgram, librariesOf } from '@pochtar/native';
import { eventually, ScramClient, type ScramClientOptions } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindMessage, saslMessage, searchMessage } from './encode-request.ts';
import { BASE, HOST, type Installation, PASSWORD, startInstallation } from './installation.ts';
import { type Answer, RawClient } from './raw-client.ts';

const run = promisify(execFile);
let at: Installation;

beforeAll(async () => {
  at = await startInstallation();
}, 120_000);
afterAll(() => at[Symbol.asyncDispose]());

async function mechanisms(raw: RawClient): Promise<string[]> {
  raw.send(searchMessage(50, { scope: 0, attributes: ['supportedSASLMechanisms'] }));
  const [root] = await raw.answersTo(50);
  raw.answers.length = 0;
  return root?.attributes['supportedSASLMechanisms'] ?? [];
}

/** The answers to both requests; the last one's proof is checked. */
async function exchange(
  raw: RawClient,
  options: Partial<ScramClientOptions> = {},
  mechanism = 'SCRAM-SHA-256',
): Promise<Answer> {
  const client = new ScramClient({ name: 'anna@demo.test', password: PASSWORD, ...options });
  raw.send(saslMessage(60, mechanism, client.first()));
  const challenge = await raw.resultOf(60);
  if (challenge.code !== 14) return challenge;
  raw.send(saslMessage(61, mechanism, client.final(challenge.serverCredentials ?? '')));
  const last = await raw.resultOf(61);
  expect(client.isServer(last.serverCredentials ?? '')).toBe(last.code === 0);
  return last;
}

test('ADR 24: it is announced when everybody has keys, which log-ins by password make', async () => {
  using raw = await RawClient.open(at.port);
  expect(await mechanisms(raw)).toEqual(['PLAIN']);
  for (const name of ['anna', 'boris', 'clara']) await at.client(`${name}@demo.test`);
  await (await at.client('eva@other.test')).unbind();
  // Rather than after the next 15 s.
  await eventually(async () => {
    await at.server.scram.look();
    expect(await mechanisms(raw)).toEqual(['SCRAM-SHA-256', 'PLAIN']);
  });
  await raw.startTls();
  expect(await mechanisms(raw)).toEqual(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN']);
});

test('RFC 4513 §5.2.1: two requests, the proof of the server, and what a search sees then', async () => {
  using raw = await RawClient.open(at.port);
  expect((await exchange(raw)).code).toBe(0);
  raw.send(searchMessage(2, { base: BASE, filter: { kind: 'equal', attribute: 'uid', value: 'anna' } }));
  expect((await raw.answersTo(2)).map(({ dn }) => dn)[0]).toBe(`mail=anna@demo.test,ou=people,${BASE}`);
});

test('RFC 5802 §5: a client that waits to be asked is asked', async () => {
  using raw = await RawClient.open(at.port);
  raw.send(saslMessage(1, 'SCRAM-SHA-256'));
  expect(await raw.resultOf(1)).toMatchObject({ code: 14, serverCredentials: '' });
  expect((await exchange(raw)).code).toBe(0);
});

describe('RFC 5802 §6: bound to the channel', () => {
  test('by tls-exporter, and not by that of another connection', async () => {
    using raw = await RawClient.open(at.port);
    const tls = await raw.startTls();
    const channelData = tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    const bound = { gs2Header: 'p=tls-exporter,,', channelData };
    expect((await exchange(raw, bound, 'SCRAM-SHA-256-PLUS')).code).toBe(0);
    using other = await RawClient.open(at.port);
    await other.startTls();
    expect((await exchange(other, bound, 'SCRAM-SHA-256-PLUS')).code).toBe(49);
  });

  test('a client that could bind and was not offered it, though it was, is refused: somebody stands between', async () => {
    using raw = await RawClient.open(at.port);
    await raw.startTls();
    expect(await exchange(raw, { gs2Header: 'y,,' })).toMatchObject({
      code: 49,
      text: 'channel binding does not match the mechanism',
    });
  });

  test('in clear there is nothing to bind by', async () => {
    using raw = await RawClient.open(at.port);
    const bound = { gs2Header: 'p=tls-exporter,,', channelData: Buffer.alloc(32) };
    expect((await exchange(raw, bound, 'SCRAM-SHA-256-PLUS')).code).toBe(49);
  });
});

test('who is wrong learns nothing of why: password, name, account and what it acts as look alike', async () => {
  const attempts: Partial<ScramClientOptions>[] = [
    { password: 'wrong' },
    { name: 'nobody@demo.test' },
    { name: 'dora@demo.test' },
    { gs2Header: 'n,a=boris@demo.test,' },
  ];
  for (const attempt of attempts) {
    using raw = await RawClient.open(at.port);
    const { code, text } = await exchange(raw, attempt);
    expect([code, text], JSON.stringify(attempt)).toEqual([49, 'wrong name or password']);
  }
});

test('an exchange ends with another bind, and a proof alone is worth nothing', async () => {
  using raw = await RawClient.open(at.port);
  const client = new ScramClient({ name: 'anna@demo.test', password: PASSWORD });
  raw.send(saslMessage(1, 'SCRAM-SHA-256', client.first()));
  const { serverCredentials } = await raw.resultOf(1);
  const proof = client.final(serverCredentials ?? '');
  raw.send(bindMessage(2, '', ''));
  await raw.resultOf(2);
  raw.send(saslMessage(3, 'SCRAM-SHA-256', proof));
  expect(await raw.resultOf(3)).toMatchObject({ code: 49, text: 'malformed SCRAM message' });
  using other = await RawClient.open(at.port);
  other.send(saslMessage(1, 'SCRAM-SHA-256', client.first()));
  await other.resultOf(1);
  // The nonce of this exchange is another one.
  other.send(saslMessage(2, 'SCRAM-SHA-256', proof));
  expect((await other.resultOf(2)).code).toBe(49);
});

test('failures count towards a ban, which a right password does not lift', async () => {
  await at.set({ limits: { failedLogins: 2 }, network: { webmailAddresses: [] } });
  for (let times = 0; times < 2; times++) {
    using raw = await RawClient.open(at.port);
    expect((await exchange(raw, { password: 'wrong' })).code).toBe(49);
  }
  using raw = await RawClient.open(at.port);
  expect((await exchange(raw)).code).toBe(53);
  await at.db.query({ text: 'truncate lists.login_failure' });
  await at.set({ limits: { failedLogins: 1000 } });
});

describe("OpenLDAP's ldapsearch with Cyrus SASL", () => {
  async function search(password: string, ...words: string[]): Promise<string> {
    const { path, libraryPath } = await ensureProgram({ name: 'ldapsearch', debianPackage: 'ldap-utils' });
    const modules = await ensurePackage({ debianPackage: 'libsasl2-modules' });
    const libraries = librariesOf(modules);
    const env = {
      ...process.env,
      LDAPTLS_REQCERT: 'allow',
      SASL_PATH: [...libraries.map((dir) => join(dir, 'sasl2')), '/usr/lib/x86_64-linux-gnu/sasl2'].join(':'),
      LD_LIBRARY_PATH: [libraryPath, ...libraries].filter(Boolean).join(':'),
    };
    const url = `ldap://${HOST}:${at.port}`;
    const who = ['-U', 'anna@demo.test', '-w', password];
    const args = ['-LLL', '-Q', '-H', url, ...who, '-b', BASE, ...words, '(uid=boris)', 'mail'];
    return (await run(path, args, { env, timeout: 20_000 })).stdout;
  }

  test.each([
    ['in clear', []],
    ['inside TLS', ['-ZZ']],
  ])('logs in %s, and not with a wrong password', async (_, words) => {
    const scram = ['-Y', 'SCRAM-SHA-256', ...words];
    expect(await search(PASSWORD, ...scram)).toContain('mail: boris@demo.test');
    await expect(search('wrong', ...scram)).rejects.toMatchObject({ code: 49 });
  });
});
