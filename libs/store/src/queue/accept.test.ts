import { randomBytes, randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase, sqlState } from '../db.ts';
import { acceptMails, type NewMail } from './accept.ts';
import { deliverPlain } from './deliver.ts';

let test: TestDatabase;
let owner: Database;
let smtp: Database;
let delivery: Database;
let account: number;

beforeAll(async () => {
  test = await createTestDatabase();
  const open = (role: string): Database => openDatabase({ url: test.url(role), password: test.password });
  owner = open('owner');
  smtp = open('smtp');
  delivery = open('delivery');
  const [row] = await owner.query<{ id: number }>({
    text: `with d as (insert into directory.domain (name) values ('demo.test') returning id),
      a as (insert into directory.account (domain_id, address) select id, 'anna@demo.test' from d returning id),
      b as (insert into store.mailbox (account_id, name, uid_validity) select id, 'INBOX', 1 from a)
      select id from a`,
  });
  account = row?.id as number;
});

afterAll(async () => {
  for (const db of [owner, smtp, delivery]) await db[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

function newMail(more: Partial<NewMail> = {}): NewMail {
  const id = more.id ?? randomUUID();
  return {
    id,
    content: {
      id,
      blob: { packId: randomUUID(), offset: 64, length: 1000 },
      sha256: randomBytes(32),
      description: {
        size: 1000,
        headerLength: 200,
        shortHeader: Buffer.from('Subject: \xff raw\r\n\r\n', 'latin1'),
        shortHeaderComplete: true,
        otherFields: null,
        envelope: '(NIL "a subject" NIL NIL NIL NIL NIL NIL NIL NIL)',
        bodyStructure: '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 800 10)',
        parts: '[]',
        sentAt: null,
        messageId: null,
        sentDay: null,
        baseSubject: '',
        isReply: false,
        threadIds: '',
      },
    },
    acceptedAt: new Date(),
    reversePath: 'sender@remote.test',
    origin: 'incoming',
    clientAddress: '192.0.2.7',
    protocol: 'ESMTP',
    slip: [],
    settingsRevision: 1,
    step: 'deliver',
    recipients: [{ address: 'anna@demo.test', accountId: account }],
    ...more,
  };
}

async function messages(): Promise<{ uid: number; content_id: string; size: number }[]> {
  return owner.query({ text: 'select uid, content_id, size from store.message order by uid' });
}

describe('accepting', () => {
  it('commits mail, recipients and content of a whole group', async () => {
    const group = Array.from({ length: 20 }, () => newMail());
    await acceptMails(smtp, group);
    const rows = await owner.query<{ id: string; header: Buffer }>({
      text: `select m.id, c.header from queue.mail m join queue.recipient r on r.mail_id = m.id
        join store.content c on c.id = m.content_id where m.id = any($1)`,
      values: [group.map((mail) => mail.id)],
    });
    expect(rows).toHaveLength(20);
    expect(rows[0]?.header.toString('latin1')).toBe('Subject: \xff raw\r\n\r\n');
  });

  it('architecture §1.1: repeated with the same ids it changes nothing', async () => {
    const mail = newMail();
    await acceptMails(smtp, [mail]);
    await acceptMails(smtp, [mail]);
    const [row] = await owner.query<{ n: number }>({
      text: 'select count(*) as n from queue.recipient where mail_id = $1',
      values: [mail.id],
    });
    expect(row?.n).toBe(1);
  });

  it('a repetition after the delivery does not bring the mail back', async () => {
    const mail = newMail();
    await acceptMails(smtp, [mail]);
    expect((await deliverPlain(delivery, [mail.id])).finished).toEqual([mail.id]);
    await acceptMails(smtp, [mail]);
    expect(await owner.query({ text: 'select 1 from queue.mail where id = $1', values: [mail.id] })).toEqual(
      [],
    );
  });

  it('a poisoned mail makes the server refuse its group as a whole, with a state that says so', async () => {
    const poisoned = newMail({ reversePath: 'nul\0@remote.test' });
    const error = await acceptMails(smtp, [newMail(), poisoned]).catch((failure: unknown) => failure);
    expect(sqlState(error)).toMatch(/^22/);
  });
});

describe('plain delivery', () => {
  it('appends with the next UIDs and counts size without removed ranges', async () => {
    const before = (await messages()).length;
    const mail = newMail();
    mail.content.removed = [100, 150, 160, 170];
    await acceptMails(smtp, [mail]);
    const batch = await deliverPlain(delivery, [mail.id]);
    expect(batch.finished).toEqual([mail.id]);
    expect(batch.changed).toMatchObject([{ accountId: account }]);
    const rows = await messages();
    expect(rows).toHaveLength(before + 1);
    expect(rows.at(-1)).toMatchObject({ uid: before + 1, content_id: mail.id, size: 940 });
  });

  it('architecture §1.4: a slip entry without a verdict row holds the mail back, whatever the bus says', async () => {
    const mail = newMail({ slip: ['antivirus'], step: 'deliver' });
    await acceptMails(smtp, [mail]);
    expect(await deliverPlain(delivery, [mail.id])).toEqual({ finished: [], changed: [] });
    await owner.query({
      text: `insert into queue.verdict (mail_id, filter, result) values ($1, 'antivirus', 'accept')`,
      values: [mail.id],
    });
    expect((await deliverPlain(delivery, [mail.id])).finished).toEqual([mail.id]);
    const left = await owner.query({
      text: 'select 1 from queue.verdict where mail_id = $1',
      values: [mail.id],
    });
    expect(left).toEqual([]);
  });

  it('leaves what needs a decision: a refusing verdict, an alias, a full or disabled account', async () => {
    const judged = newMail({ slip: ['antivirus'] });
    const aliased = newMail({ recipients: [{ address: 'all@demo.test' }] });
    await acceptMails(smtp, [judged, aliased]);
    await owner.query({
      text: `insert into queue.verdict (mail_id, filter, result) values ($1, 'antivirus', 'quarantine')`,
      values: [judged.id],
    });
    expect((await deliverPlain(delivery, [judged.id, aliased.id])).finished).toEqual([]);
    for (const state of ['quota_bytes = 1', 'quota_bytes = null, enabled = false']) {
      const mail = newMail();
      await acceptMails(smtp, [mail]);
      await owner.query({ text: `update directory.account set ${state} where id = ${account}` });
      expect((await deliverPlain(delivery, [mail.id])).finished).toEqual([]);
      await owner.query({
        text: `update directory.account set quota_bytes = null, enabled = true where id = ${account}`,
      });
      expect((await deliverPlain(delivery, [mail.id])).finished).toEqual([mail.id]);
    }
  });

  it('writes what was found of the origin of an incoming mail, and counts it, also while a recipient is left', async () => {
    const other = await owner.query<{ id: number }>({
      text: `insert into directory.account (domain_id, address)
        select domain_id, 'full@demo.test' from directory.account where id = $1 returning id`,
      values: [account],
    });
    const mail = newMail({
      slip: ['dkim'],
      recipients: [
        { address: 'anna@demo.test', accountId: account },
        { address: 'full@demo.test', accountId: other[0]?.id as number },
      ],
    });
    await acceptMails(smtp, [mail]);
    await owner.query({
      text: `insert into queue.verdict (mail_id, filter, result, prefix, removed) values ($1, 'dkim', 'accept', $2, '{0,20}')`,
      values: [mail.id, Buffer.alloc(50, 'x')],
    });
    // The other one has no mailbox.
    expect(await deliverPlain(delivery, [mail.id])).toMatchObject({ finished: [], changed: [{}] });
    expect((await messages()).at(-1)).toMatchObject({ content_id: mail.id, size: 1030 });
    const [row] = await owner.query({
      text: `select c.prefix, c.removed, m.size, m.removed_at_acceptance as before from store.content c
        join queue.mail m on m.content_id = c.id where c.id = $1`,
      values: [mail.id],
    });
    expect(row).toEqual({ prefix: Buffer.alloc(50, 'x'), removed: [0, 20], size: 1030, before: [] });
  });

  it('the same batch twice appends once', async () => {
    const mail = newMail();
    await acceptMails(smtp, [mail]);
    const before = (await messages()).length;
    await Promise.all([deliverPlain(delivery, [mail.id]), deliverPlain(delivery, [mail.id])]);
    expect(await messages()).toHaveLength(before + 1);
  });
});
