// SCRAM-SHA-256 (RFC 5802, RFC 7677) in the dialogue: with GNU SASL as the client, and with one that gets it wrong.
import { createHash } from 'node:crypto';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { eventually, gsaslLogin, ScramClient } from '@pochtar/testkit';
import { setPasswordHash, hashPassword, updateAccount } from '@pochtar/store/directory';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp, tellDirectory } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp({ settings: { limits: { failedLogins: 100 } } });
});
afterAll(() => smtp[Symbol.asyncDispose]());

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (text: string): string => Buffer.from(text.slice(4), 'base64').toString();

async function offered(): Promise<string> {
  const client = await Client.open(smtp.ports.mx);
  await client.reply();
  const { text } = await client.say('EHLO client.test');
  client.close();
  return /250[- ]AUTH (.*)/.exec(text)?.[1]?.trim() ?? '';
}

/** A log-in with the password: from then on there are keys. */
async function learn(name: string, password = smtp.password): Promise<void> {
  const client = await Client.greeted(smtp.ports.mx);
  expect((await client.say(`AUTH PLAIN ${base64(`\0${name}\0${password}`)}`)).code).toBe(235);
  client.close();
}

async function challengeFor(name: string): Promise<string> {
  const client = await Client.greeted(smtp.ports.mx);
  const { text } = await client.say(`AUTH SCRAM-SHA-256 ${base64(`n,,n=${name},r=abc`)}`);
  client.close();
  return plain(text).replace(/^r=[^,]*/, 'r=*');
}

/** The last reply of an exchange. */
async function exchange(options: ConstructorParameters<typeof ScramClient>[0]): Promise<string> {
  const client = await Client.greeted(smtp.ports.mx);
  const scram = new ScramClient(options);
  const first = await client.say(`AUTH SCRAM-SHA-256 ${base64(scram.first())}`);
  if (first.code !== 334) return first.text;
  const last = await client.say(base64(scram.final(plain(first.text))));
  if (last.code !== 334) return last.text;
  expect(scram.isServer(plain(last.text))).toBe(true);
  const { text } = await client.say('');
  client.close();
  return text;
}

test('is offered when everybody who has a password could use it, and not before: clients would choose it and fail', async () => {
  const before = await challengeFor('anna@demo.test');
  expect(await offered()).toBe('PLAIN LOGIN');
  expect(await exchange({ name: 'anna@demo.test', password: smtp.password })).toMatch(/^535 5\.7\.8/);
  await learn('anna@demo.test');
  await learn('boris@demo.test');
  await eventually(async () => expect(await offered()).toBe('SCRAM-SHA-256 PLAIN LOGIN'));
  // The keys are there now, and the answer to the name is what it was: nobody learns which names have some.
  expect(await challengeFor('anna@demo.test')).toBe(before);
  expect(await exchange({ name: 'anna@demo.test', password: smtp.password })).toMatch(/^235 2\.7\.0/);
});

describe('RFC 5802 §5', () => {
  test.each([
    ['SCRAM-SHA-256', false, undefined],
    ['SCRAM-SHA-256', true, undefined],
    // RFC 9266: tls-exporter under TLS 1.3.
    ['SCRAM-SHA-256-PLUS', true, 'NORMAL:-VERS-ALL:+VERS-TLS1.3'],
  ] as const)(
    'GNU SASL logs in by %s, TLS %s %s, and not with a wrong password',
    async (mechanism, isTls, priority) => {
      const login = {
        ...{ protocol: 'smtp' as const, port: smtp.ports.mx, mechanism, isTls },
        ...{ name: 'anna@demo.test', password: smtp.password, ...(priority && { priority }) },
      };
      const right = await gsaslLogin(login);
      expect(right.isIn, right.said).toBe(true);
      expect(right.said).toContain('235 2.7.0');
      const wrong = await gsaslLogin({ ...login, password: 'wrong' });
      expect(wrong.isIn).toBe(false);
      expect(wrong.said).toContain('535 5.7.8');
    },
  );

  test('the name may lack its domain; capitals, commas and equals signs are read', async () => {
    expect(await exchange({ name: 'Anna', password: smtp.password })).toMatch(/^235/);
    expect(await exchange({ name: 'a=b,c@demo.test', password: smtp.password })).toMatch(/^535/);
  });

  test('a wrong password, an unknown name and a disabled account look alike, and count', async () => {
    const refused = await Promise.all([
      exchange({ name: 'anna@demo.test', password: 'wrong' }),
      exchange({ name: 'nobody@demo.test', password: smtp.password }),
      exchange({ name: 'carla@demo.test', password: smtp.password }),
    ]);
    expect(new Set(refused)).toEqual(new Set(['535 5.7.8 wrong user name or password']));
    const salts = new Set([await challengeFor('nobody@demo.test'), await challengeFor('nobody@demo.test')]);
    expect(salts.size).toBe(1);
    expect([...salts][0]).toMatch(/^r=\*,s=[A-Za-z0-9+/]{22}==,i=32768$/);
  });

  test('a login may not act as somebody else', async () => {
    const own = { name: 'anna@demo.test', password: smtp.password };
    expect(await exchange({ ...own, gs2Header: 'n,a=anna@demo.test,' })).toMatch(/^235/);
    expect(await exchange({ ...own, gs2Header: 'n,a=boris@demo.test,' })).toMatch(/^535/);
  });

  test('with a new password the keys of the former one count no more', async () => {
    await setPasswordHash(smtp.db, 'all', 'boris@demo.test', await hashPassword('another one'));
    expect(await exchange({ name: 'boris@demo.test', password: smtp.password })).toMatch(/^535/);
    await learn('boris@demo.test', 'another one');
    await eventually(async () =>
      expect(await exchange({ name: 'boris@demo.test', password: 'another one' })).toMatch(/^235/),
    );
    await updateAccount(smtp.db, 'all', 'boris@demo.test', { isEnabled: false });
    expect(await exchange({ name: 'boris@demo.test', password: 'another one' })).toMatch(/^535/);
    await updateAccount(smtp.db, 'all', 'boris@demo.test', { isEnabled: true });
    await tellDirectory(smtp, ['boris@demo.test']);
  });
});

describe('RFC 4954 §4: around it', () => {
  test('cancelled, malformed, out of place; the session goes on', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    expect((await client.say('AUTH SCRAM-SHA-256')).text).toBe('334');
    expect((await client.say('*')).text).toMatch(/^501 5\.7\.0/);
    expect((await client.say('AUTH SCRAM-SHA-256 not-base64!')).text).toMatch(/^501 5\.5\.2/);
    expect((await client.say('AUTH SCRAM-SHA-256 =')).text).toMatch(/^501 5\.5\.2/);
    expect((await client.say(`AUTH SCRAM-SHA-256 ${base64('n,,n=a,r=b')} more`)).text).toMatch(
      /^501 5\.5\.4/,
    );
    // RFC 5802 §6: a binding without TLS, and one that the mechanism is not for.
    const bound = base64('p=tls-exporter,,n=anna,r=b');
    expect((await client.say(`AUTH SCRAM-SHA-256-PLUS ${bound}`)).text).toMatch(/^501 5\.5\.2/);
    expect((await client.say(`AUTH SCRAM-SHA-256 ${bound}`)).text).toMatch(/^501 5\.5\.2/);
    expect((await client.say('NOOP')).code).toBe(250);
    const scram = new ScramClient({ name: 'anna', password: smtp.password });
    const first = await client.say(`AUTH SCRAM-SHA-256 ${base64(scram.first())}`);
    const last = await client.say(base64(scram.final(plain(first.text))));
    expect(last.code).toBe(334);
    expect((await client.say('')).code).toBe(235);
    expect((await client.say('AUTH SCRAM-SHA-256')).text).toMatch(/^503 5\.5\.1/);
    client.close();
  });

  test('five failed proofs end the session as five wrong passwords do', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    const codes: number[] = [];
    for (let tries = 0; tries < 5; tries++) {
      const scram = new ScramClient({ name: 'anna', password: `wrong ${tries}` });
      const first = await client.say(`AUTH SCRAM-SHA-256 ${base64(scram.first())}`);
      codes.push((await client.say(base64(scram.final(plain(first.text))))).code);
    }
    expect(codes).toEqual([535, 535, 535, 535, 421]);
  });
});

describe('RFC 5802 §6: channel binding', () => {
  async function bound(
    gs2Header: string,
    data: (socket: TLSSocket) => Buffer,
    maxVersion: 'TLSv1.2' | 'TLSv1.3',
  ) {
    const socket = connectTls({
      port: smtp.ports.smtps,
      host: smtp.host,
      rejectUnauthorized: false,
      maxVersion,
    });
    await once(socket, 'secureConnect');
    const client = Client.over(socket);
    await client.reply();
    const { text: keywords } = await client.say('EHLO client.test');
    const scram = new ScramClient({
      ...{ name: 'anna', password: smtp.password, gs2Header },
      channelData: data(socket),
    });
    const mechanism = gs2Header.startsWith('p') ? 'SCRAM-SHA-256-PLUS' : 'SCRAM-SHA-256';
    const first = await client.say(`AUTH ${mechanism} ${base64(scram.first())}`);
    const last = first.code === 334 ? await client.say(base64(scram.final(plain(first.text)))) : first;
    socket.destroy();
    return { keywords, code: last.code };
  }

  const exporter = (socket: TLSSocket): Buffer =>
    socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));

  test('RFC 9266: tls-exporter is what this connection exports, and no other one', async () => {
    const right = await bound('p=tls-exporter,,', exporter, 'TLSv1.3');
    expect(right.keywords).toContain('AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN');
    expect(right.code).toBe(334);
    // Somebody between has two connections.
    expect((await bound('p=tls-exporter,,', () => Buffer.alloc(32), 'TLSv1.3')).code).toBe(535);
  });

  test('RFC 5929 §4: tls-server-end-point under TLS 1.2, where there is no exporter to trust', async () => {
    const endPoint = (socket: TLSSocket): Buffer => certificateHash(socket);
    const bare = await bound('p=tls-server-end-point,,', endPoint, 'TLSv1.2');
    expect(bare.code).toBe(334);
    expect(bare.keywords).toContain('AUTH SCRAM-SHA-256 PLAIN LOGIN');
    expect((await bound('p=tls-exporter,,', exporter, 'TLSv1.2')).code).toBe(501);
    expect((await bound('p=tls-unique,,', endPoint, 'TLSv1.2')).code).toBe(501);
  });

  test('a client that could, and heard of no channel binding, was lied to', async () => {
    const none = (): Buffer => Buffer.alloc(0);
    expect((await bound('y,,', none, 'TLSv1.3')).code).toBe(501);
    expect((await bound('n,,', none, 'TLSv1.3')).code).toBe(334);
  });
});

function certificateHash(socket: TLSSocket): Buffer {
  return createHash('sha256').update(socket.getPeerCertificate().raw).digest();
}
