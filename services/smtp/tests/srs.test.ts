// What comes back of forwarded mail: to an address that this server has made, from nobody, within a month.
import { type Address, formatAddress, srsAddress } from '@pochtar/mail';
import { derivedKey } from '@pochtar/store/settings';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
let client: Client;
beforeAll(async () => {
  smtp = await startSmtp();
  client = await Client.greeted(smtp.ports.mx);
});
afterAll(async () => {
  client.close();
  await smtp[Symbol.asyncDispose]();
});

const DAY_MS = 86_400_000;
const sender: Address = { localPart: 'Sender', domain: 'remote.test' };

function rewritten(daysAgo = 0, key = derivedKey(smtp.masterKey, 'srs')): string {
  const made = srsAddress(sender, 'demo.test', key, new Date(Date.now() - daysAgo * DAY_MS));
  return formatAddress(made as Address);
}

async function replyTo(recipient: string, from = ''): Promise<string> {
  await client.say(`MAIL FROM:<${from}>`);
  const { text } = await client.say(`RCPT TO:<${recipient}>`);
  await client.say('RSET');
  return text;
}

test('a notice to it is taken for the sender of the mail, in whatever letters it comes', async () => {
  expect((await client.send('', rewritten(3), 'Subject: undelivered\r\n')).text).toMatch(/^250 /);
  const mails = await smtp.mails();
  expect(mails.at(-1)?.recipients).toMatchObject([{ address: 'Sender@remote.test', accountId: null }]);
  expect(await replyTo(rewritten().toLowerCase())).toMatch(/^250 /);
});

test('no open relay: only with the null path, and not when it is forged, changed, or too old', async () => {
  expect(await replyTo(rewritten(), 'someone@remote.test')).toMatch(/^550 5\.7\.1 /);
  expect(await replyTo(rewritten(40))).toMatch(/^550 5\.1\.1 /);
  expect(await replyTo(rewritten(0, Buffer.alloc(32)))).toMatch(/^550 5\.1\.1 /);
  expect(await replyTo(rewritten().replace('remote.test', 'victim.test'))).toMatch(/^550 5\.1\.1 /);
  expect(await replyTo(rewritten().replace('@demo.test', '@elsewhere.test'))).toMatch(/^550 5\.7\.1 /);
});
