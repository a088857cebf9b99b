// Log-ins end when they should: the first thing an administrator does against a stolen password must stop the spammer.
import { directoryChanged } from '@pochtar/bus';
import { hashPassword, setPasswordHash } from '@pochtar/store/directory';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp();
});
afterAll(() => smtp[Symbol.asyncDispose]());
afterEach(async () => {
  await smtp.db.query({
    text: `with f as (delete from lists.login_failure), k as (delete from lists.known_client)
      update directory.account set enabled = true where address in ('anna@demo.test', 'boris@demo.test')`,
  });
});

const plain = (name: string, password = smtp.password): string =>
  `AUTH PLAIN ${Buffer.from(`\0${name}\0${password}`).toString('base64')}`;

async function loggedIn(name = 'anna'): Promise<Client> {
  const client = await Client.greeted(smtp.ports.submission);
  expect((await client.say(plain(name))).code).toBe(235);
  return client;
}

async function disable(address: string): Promise<void> {
  await smtp.db.query({
    text: 'update directory.account set enabled = false where address = $1',
    values: [address],
  });
  smtp.bus.emit(directoryChanged, { addresses: [address] });
}

describe('a session of an account', () => {
  test('ends with 421 when the account is switched off; others go on', async () => {
    const [anna, boris] = [await loggedIn('anna'), await loggedIn('boris')];
    await disable('anna@demo.test');
    expect(await anna.reply(2000)).toMatchObject({ code: 421 });
    expect(await anna.reply(2000)).toMatchObject({ code: 0 });
    expect((await boris.say('NOOP')).code).toBe(250);
    boris.close();
  });

  test('ends when its password is changed', async () => {
    const anna = await loggedIn();
    await setPasswordHash(smtp.db, 'all', 'anna@demo.test', await hashPassword(smtp.password));
    smtp.bus.emit(directoryChanged, { addresses: ['anna@demo.test'] });
    expect(await anna.reply(2000)).toMatchObject({ code: 421 });
    anna.close();
  });

  test('in the middle of a mail does not get it accepted', async () => {
    const anna = await loggedIn();
    expect((await anna.begin('anna@demo.test', 'someone@far.test')).code).toBe(354);
    anna.write('From: anna@demo.test\r\n\r\nspam\r\n');
    await disable('anna@demo.test');
    expect(await anna.reply(2000)).toMatchObject({ code: 0 });
    expect(await smtp.mails()).toEqual([]);
  });
});

describe('guessing', () => {
  async function guess(address: string, name: string): Promise<number> {
    const client = await Client.proxied(smtp.ports.submission, address);
    await client.reply();
    await client.say('EHLO client.test');
    const { code } = await client.say(plain(name, 'wrong'));
    client.close();
    return code;
  }

  test('an account that is guessed at from many addresses is closed to them, and open where it was at home', async () => {
    await smtp.set({ network: { trustedProxies: ['127.0.0.1'] }, limits: { failedLogins: 2 } });
    const home = await Client.proxied(smtp.ports.submission, '198.51.100.9');
    await home.reply();
    await home.say('EHLO client.test');
    expect((await home.say(plain('anna'))).code).toBe(235);
    home.close();
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) =>
        expect(await guess(`203.0.113.${index + 1}`, 'anna')).toBe(535),
      ),
    );
    // Even with the right password a stranger hears what a wrong one gets.
    const stranger = await Client.proxied(smtp.ports.submission, '203.0.113.77');
    await stranger.reply();
    await stranger.say('EHLO client.test');
    expect((await stranger.say(plain('anna'))).code).toBe(535);
    stranger.close();
    const again = await Client.proxied(smtp.ports.submission, '198.51.100.9');
    await again.reply();
    await again.say('EHLO client.test');
    expect((await again.say(plain('anna'))).code).toBe(235);
    again.close();
  });

  test('one IPv6 /64 is one client, over all processes', async () => {
    await smtp.set({ network: { trustedProxies: ['127.0.0.1'] }, limits: { failedLogins: 2 } });
    await using _replica = await smtp.startReplica();
    expect(await guess('2001:db8:1:1::1', 'boris')).toBe(535);
    expect(await guess('2001:db8:1:1::2', 'boris')).toBe(535);
    expect(await guess('2001:db8:1:1:ffff::3', 'boris')).toBe(454);
    expect(await guess('2001:db8:1:2::1', 'boris')).toBe(535);
  });
});
