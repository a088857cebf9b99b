// Who mail may be addressed to beyond the plain names: whoever must be reachable is, and what could only come back is not
// taken.
import {
  createAccount,
  createDomain,
  createName,
  hashPassword,
  updateAccount,
} from '@pochtar/store/directory';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp, tellDirectory } from './harness.ts';

let smtp: SmtpHarness;
let client: Client;
beforeAll(async () => {
  smtp = await startSmtp({ settings: { general: { heloName: 'host.internal', defaultDomain: null } } });
  client = await Client.greeted(smtp.ports.mx);
});
afterAll(async () => {
  client.close();
  await smtp[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const table of ['queue.mail', 'queue.recipient', 'store.content']) {
    await smtp.db.query({ text: `delete from ${table}` });
  }
});

/** The service hears of a change a moment later. */
const changed = (): Promise<void> => tellDirectory(smtp, []);

async function expectReached(recipient: string, address: string): Promise<void> {
  await eventually(async () => {
    const answer = await client.send('a@remote.test', recipient, 'Subject: x\r\n');
    expect(answer.text).toMatch(/^250 /);
    expect((await smtp.mails()).at(-1)?.recipients[0]?.address).toBe(address);
  });
}

async function expectAnswer(recipient: string, pattern: RegExp): Promise<void> {
  await eventually(async () => {
    await client.say('MAIL FROM:<a@remote.test>');
    const { text } = await client.say(`RCPT TO:<${recipient}>`);
    await client.say('RSET');
    expect(text).toMatch(pattern);
  });
}

describe('RFC 5321 §4.5.1: somebody reads what is sent to the postmaster', () => {
  test('of a domain that was just made, in this order: its oldest account, the oldest of all', async () => {
    await createDomain(smtp.db, 'second.test');
    await changed();
    await expectReached('Postmaster@Second.test', 'anna@demo.test');
    await expectReached('abuse@second.test', 'anna@demo.test');
    for (const name of ['zoe', 'adam']) {
      const account = {
        address: `${name}@second.test`,
        domain: 'second.test',
        passwordHash: null,
        folders: [],
      };
      await createAccount(smtp.db, 'all', account);
    }
    await changed();
    await expectReached('postmaster@second.test', 'zoe@second.test');
    await updateAccount(smtp.db, 'all', 'zoe@second.test', { isEnabled: false });
    await changed();
    await expectReached('postmaster@second.test', 'adam@second.test');
  });

  test('without a domain: of the oldest one where no setting names another, and the domain of our name before it', async () => {
    await expectReached('postmaster', 'anna@demo.test');
    await smtp.set({ general: { heloName: 'mx.second.test', defaultDomain: null } });
    await expectReached('POSTMASTER', 'adam@second.test');
    await smtp.set({ general: { heloName: 'mx.second.test', defaultDomain: 'demo.test' } });
    await expectReached('postmaster', 'anna@demo.test');
    await smtp.set({ general: { heloName: 'host.internal', defaultDomain: null } });
  });

  test('by the name in the directory where there is one, abuse by the postmaster', async () => {
    const name = { kind: 'alias', address: 'postmaster@demo.test', domain: 'demo.test' } as const;
    await createName(smtp.db, 'all', { ...name, targets: ['boris@demo.test'] });
    await changed();
    await expectReached('postmaster', 'postmaster@demo.test');
    await expectReached('abuse@demo.test', 'postmaster@demo.test');
    await updateAccount(smtp.db, 'all', 'boris@demo.test', { isEnabled: false });
    await changed();
    await expectReached('postmaster@demo.test', 'anna@demo.test');
    await updateAccount(smtp.db, 'all', 'boris@demo.test', { isEnabled: true });
    await changed();
  });

  test('and no other name is caught with it', async () => {
    await expectAnswer('webmaster@demo.test', /^550 5\.1\.1/);
    await expectAnswer('postmaster@elsewhere.test', /^550 5\.7\.1/);
  });
});

describe('what could only come back', () => {
  test('RFC 3463 §3.3: mail for a full mailbox is put off at RCPT, until there is room', async () => {
    await smtp.db.query({
      text: `with account as (update directory.account set quota_bytes = 1000 where address = 'boris@demo.test' returning id)
        insert into store.mailbox (account_id, name, uid_validity, bytes)
        select id, name, 1, 500 from account, unnest(array['INBOX', 'Archive']) name
          on conflict (account_id, name) do update set bytes = excluded.bytes`,
    });
    await changed();
    await expectAnswer('boris@demo.test', /^452 4\.2\.2 mailbox full$/);
    await smtp.db.query({ text: "update store.mailbox set bytes = 499 where name = 'Archive'" });
    await changed();
    await expectAnswer('boris@demo.test', /^250 /);
  });

  test('mail for an alias is judged by the mailbox that it leads to', async () => {
    const alias = async (name: string, ...targets: string[]): Promise<void> => {
      const address = `${name}@demo.test`;
      await createName(smtp.db, 'all', { kind: 'alias', address, domain: 'demo.test', targets });
    };
    await alias('first', 'second@demo.test');
    await alias('second', 'carla@demo.test');
    await alias('gone', 'nobody@demo.test');
    await alias('away', 'x@elsewhere.test');
    await alias('many', 'carla@demo.test', 'anna@demo.test');
    await alias('round', 'round@demo.test');
    await smtp.db.query({ text: "update store.mailbox set bytes = 1000 where name = 'Archive'" });
    await alias('full', 'boris@demo.test');
    await changed();
    await expectAnswer('first@demo.test', /^550 5\.2\.1/);
    await expectAnswer('gone@demo.test', /^550 5\.1\.1/);
    await expectAnswer('full@demo.test', /^452 4\.2\.2/);
    for (const name of ['away', 'many', 'round']) await expectAnswer(`${name}@demo.test`, /^250 /);
  });
});

describe('RFC 5321 §4.1.2: a local part that needs quotes', () => {
  const john = '"john doe"@demo.test';
  const enter = async (session: Client): Promise<void> => {
    const login = Buffer.from(`\0"John\\ Doe"@demo.test\0${smtp.password}`).toString('base64');
    expect((await session.say(`AUTH PLAIN ${login}`)).text).toMatch(/^235 /);
  };

  test('is one mailbox however it is written, and one that needs none is the plain one', async () => {
    const account = { domain: 'demo.test', passwordHash: await hashPassword(smtp.password), folders: [] };
    await createAccount(smtp.db, 'all', { ...account, address: john });
    await changed();
    for (const written of [john, '"JOHN DOE"@Demo.test', String.raw`"john\ do\e"@demo.test`]) {
      await expectReached(written, john);
    }
    await expectReached('"anna"@demo.test', 'anna@demo.test');
    await expectAnswer('"john  doe"@demo.test', /^550 5\.1\.1/);
    expect((await smtp.mails())[0]?.bytes.toString()).toContain('for <"john doe"@demo.test>');
  });

  test('logs in, sends as itself and to others, and stands in quotes in From and in the queue', async () => {
    const session = await Client.greeted(smtp.ports.mx);
    await enter(session);
    const to = ['"Jane Doe"@Elsewhere.test', '"Jane"@elsewhere.test', String.raw`"a\"b"@elsewhere.test`];
    expect((await session.begin('"john doe"@demo.test', ...to)).code).toBe(354);
    session.write('Subject: no From\r\n\r\n.\r\n');
    expect((await session.reply()).text).toMatch(/^250 /);
    expect((await session.say('MAIL FROM:<"jane doe"@demo.test>')).text).toMatch(/^553 5\.7\.1/);
    session.close();
    const [mail] = await smtp.mails();
    expect(mail?.reversePath).toBe(john);
    expect(mail?.recipients.map(({ address }) => address).toSorted()).toEqual(
      ['"Jane Doe"@elsewhere.test', 'Jane@elsewhere.test', String.raw`"a\"b"@elsewhere.test`].toSorted(),
    );
    expect(mail?.bytes.toString()).toContain('\r\nFrom: "john doe"@demo.test\r\n');
  });

  test('stands in quotes in From with the empty path too, where the login alone says who it is', async () => {
    const session = await Client.greeted(smtp.ports.mx);
    await enter(session);
    expect((await session.begin('', 'anna@demo.test')).code).toBe(354);
    session.write('Subject: read\r\n\r\n.\r\n');
    expect((await session.reply()).text).toMatch(/^250 /);
    session.close();
    expect((await smtp.mails())[0]?.bytes.toString()).toContain('\r\nFrom: "john doe"@demo.test\r\n');
  });
});
