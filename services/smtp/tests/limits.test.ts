// One client cannot take the server from the others: sessions, silence, slowness, guessing, recipients.
import { once } from 'node:events';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp({
    settings: { network: { webmailAddresses: [] } },
    limits: { idleMs: 600, dataMs: 1200, dataBytesPerSecond: 1_000_000, idleCommands: 10 },
  });
});
afterAll(() => smtp[Symbol.asyncDispose]());

describe('sessions', () => {
  test('RFC 5321 §3.8: over the limit of an address the client is told and closed; an end makes room', async () => {
    await smtp.set({ limits: { sessionsPerAddress: 2 } });
    const [first, second] = [await Client.greeted(smtp.ports.mx), await Client.greeted(smtp.ports.mx)];
    const third = await Client.open(smtp.ports.mx);
    expect((await third.reply()).text).toMatch(/^421 4\.7\.0 too many sessions from your address/);
    expect((await third.reply()).code).toBe(0);
    await first.say('QUIT');
    first.close();
    await eventually(async () => {
      const client = await Client.open(smtp.ports.mx);
      const { code } = await client.reply();
      client.close();
      return code === 220;
    });
    second.close();
    await smtp.set({ limits: { sessionsPerAddress: 50 } });
  });

  test('the bundled web mail, whose users share an address, is counted in all only', async () => {
    await smtp.set({ limits: { sessionsPerAddress: 1 }, network: { webmailAddresses: ['127.0.0.0/8'] } });
    const clients = await Promise.all([1, 2, 3].map(() => Client.greeted(smtp.ports.mx)));
    await smtp.set({ limits: { sessionsPerAddress: 50, sessionsTotal: 3 } });
    const over = await Client.open(smtp.ports.mx);
    expect((await over.reply()).text).toMatch(/^421 4\.3\.2 /);
    for (const client of clients) client.close();
    await smtp.set({
      limits: { sessionsPerAddress: 50, sessionsTotal: 5000 },
      network: { webmailAddresses: [] },
    });
  });

  test('RFC 5321 §4.5.3.2: a silent client is closed with a 421', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    expect((await client.reply()).text).toMatch(/^421 4\.4\.2 /);
  });

  test('a client that only keeps busy is closed', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    let last = await client.say('NOOP');
    for (let count = 0; count < 20 && last.code === 250; count++) last = await client.say('NOOP');
    expect(last.text).toMatch(/^421 4\.7\.0 /);
  });
});

describe('a mail', () => {
  test('that comes an octet at a time is broken off, whatever the pauses', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.begin('a@remote.test', 'anna@demo.test');
    const timer = setInterval(() => client.write('x'), 50);
    const answer = await client.reply();
    clearInterval(timer);
    expect(answer.text).toMatch(/^421 4\.4\.2 message takes too long/);
    expect(await smtp.mails()).toEqual([]);
  });

  test('RFC 5321 §4.5.3.1.10: has no more recipients than the limit; the others are asked for with another mail', async () => {
    await smtp.set({ limits: { recipientsPerMail: 100 } });
    const client = await Client.greeted(smtp.ports.mx);
    await client.say(`AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`);
    await client.say('MAIL FROM:<anna@demo.test>');
    for (let count = 0; count < 100; count++) {
      expect((await client.say(`RCPT TO:<r${count}@elsewhere.test>`)).code).toBe(250);
    }
    expect((await client.say('RCPT TO:<r100@elsewhere.test>')).text).toMatch(/^452 4\.5\.3 /);
    expect((await client.say('RCPT TO:<r7@elsewhere.test>')).code).toBe(250);
    await client.say('DATA');
    client.write('From: anna@demo.test\r\n\r\n.\r\n');
    expect((await client.reply()).code).toBe(250);
    client.close();
    const [mail] = await smtp.mails();
    expect(mail?.recipients).toHaveLength(100);
  });
});

describe('guessing passwords', () => {
  test('bans the address for a while, and the web mail never', async () => {
    await smtp.set({ limits: { failedLogins: 1, banMinutes: 1 } });
    const wrong = `AUTH PLAIN ${Buffer.from('\0anna\0wrong').toString('base64')}`;
    const right = `AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`;
    const client = await Client.greeted(smtp.ports.mx);
    expect((await client.say(wrong)).text).toMatch(/^535 5\.7\.8 /);
    expect((await client.say(right)).text).toMatch(/^454 4\.7\.0 /);
    client.close();
    await smtp.set({ limits: { failedLogins: 1000 } });
    const later = await Client.greeted(smtp.ports.mx);
    expect((await later.say(right)).code).toBe(235);
    later.close();
  });
});

test('a client that is gone in the middle of its password leaves nothing behind', async () => {
  const client = await Client.greeted(smtp.ports.mx);
  client.write('AUTH LOGIN\r\n');
  expect((await client.reply()).code).toBe(334);
  const closed = once(client.socket, 'close');
  client.close();
  await closed;
  const next = await Client.greeted(smtp.ports.mx);
  expect((await next.say('NOOP')).code).toBe(250);
  next.close();
});
