// How often one may send, counted over all processes together.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp({ settings: { network: { webmailAddresses: [] } } });
});
afterAll(() => smtp[Symbol.asyncDispose]());
beforeEach(async () => {
  await smtp.db.query({ text: 'truncate lists.sending_count' });
});

/** Begins so many mails, each in a session of its own; answers how many were put off. */
async function begin(count: number, prepare: (client: Client) => Promise<unknown> = () => Promise.resolve()) {
  const answers = await Promise.all(
    Array.from({ length: count }, async () => {
      const client = await Client.greeted(smtp.ports.mx);
      await prepare(client);
      const { text } = await client.say('MAIL FROM:<anna@demo.test>');
      client.close();
      return text;
    }),
  );
  return answers.filter((text) => text.startsWith('450 4.7.1 ')).length;
}

/** Runs within one minute of the clock: counting begins anew with each. */
async function withinOneMinute<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const result = await work();
    if (Math.floor(Date.now() / 60_000) === minute) return result;
    await smtp.db.query({ text: 'truncate lists.sending_count' });
  }
}

test('an address over its limit is put off with 450 4.7.1, whichever process it meets', async () => {
  await using replica = await smtp.startReplica();
  expect(replica).toBeDefined();
  await smtp.set({ sending: { rateLimitEnabled: true, rateLimitPerMinute: 7 } });
  await expect
    .poll(() => smtp.applied.filter(({ section }) => section === 'sending').length)
    .toBeGreaterThan(1);
  expect(await withinOneMinute(() => begin(20))).toBe(13);
});

test('the white list is skipped or not as the setting says; the web mail always is', async () => {
  await smtp.set({ sending: { rateLimitEnabled: true, rateLimitPerMinute: 1 } });
  await smtp.setLists({ white: ['127.0.0.1'] });
  expect(await withinOneMinute(() => begin(5))).toBe(0);
  await smtp.set({ sending: { rateLimitSkipWhitelist: false } });
  expect(await withinOneMinute(() => begin(5))).toBe(4);
  await smtp.set({ network: { webmailAddresses: ['127.0.0.1'] } });
  expect(await withinOneMinute(() => begin(5))).toBe(0);
  await smtp.set({
    network: { webmailAddresses: [] },
    sending: { rateLimitEnabled: false },
  });
  await smtp.setLists({});
});

test('an account over its mails of an hour is put off, from whatever address', async () => {
  await smtp.set({ limits: { mailsPerAccountHour: 3 } });
  const plain = Buffer.from(`\0anna\0${smtp.password}`).toString('base64');
  const login = (client: Client) => client.say(`AUTH PLAIN ${plain}`);
  expect(await begin(5, login)).toBe(2);
  await smtp.set({ limits: { mailsPerAccountHour: 0 } });
  expect(await begin(5, login)).toBe(0);
});

test('a mail to ten recipients counts for ten of its account: naming many at once is no way around the limit', async () => {
  await smtp.set({ limits: { mailsPerAccountHour: 4 } });
  const plain = Buffer.from(`\0anna\0${smtp.password}`).toString('base64');
  const client = await Client.greeted(smtp.ports.submission);
  await client.say(`AUTH PLAIN ${plain}`);
  await client.say('MAIL FROM:<anna@demo.test>');
  const codes: number[] = [];
  for (const name of ['a', 'b', 'a', 'c', 'd', 'e'])
    codes.push((await client.say(`RCPT TO:<${name}@far.test>`)).code);
  // The second `a` is the first one again.
  expect(codes).toEqual([250, 250, 250, 250, 250, 450]);
  expect((await client.say('RSET')).code).toBe(250);
  expect((await client.say('MAIL FROM:<anna@demo.test>')).text).toMatch(/^450 4\.7\.1 /);
  client.close();
  await smtp.set({ limits: { mailsPerAccountHour: 0 } });
});
