// Mail rules of people in local delivery: RFC 5228 and its extensions, as far as delivery carries them out.
import { createName } from '@pochtar/store/directory';
import { acceptMails } from '@pochtar/store/queue';
import { activateScript, saveScript } from '@pochtar/store/rules';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';
import { sending } from './sending.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  for (const name of ['anna', 'boris'] as const) {
    await office.db.query({
      text: `insert into store.mailbox (account_id, name, uid_validity, special_use)
        values ($1, 'Work', 100, null), ($1, 'Spam', 101, 'Junk') on conflict do nothing`,
      values: [office.accounts[name]],
    });
  }
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(async () => {
  await office.clearMailboxes();
  await office.db.query({ text: 'update directory.account set quota_bytes = null, active_script = null' });
  await office.db.query({ text: 'delete from queue.rule_memory' });
});

async function rules(name: 'anna' | 'boris', content: string): Promise<void> {
  const accountId = office.accounts[name];
  await saveScript(office.db, accountId, { name: 'rules', content });
  expect(await activateScript(office.db, accountId, 'rules')).toBe(true);
}

async function delivered(mail: Partial<TestMail> = {}): Promise<string> {
  const id = await office.accept({ to: ['anna@demo.test'], ...mail });
  await office.settled(id);
  return id;
}

interface Filed {
  mailbox: string;
  flags: number;
  keywords: string[];
  uid: number;
}

/** What lies in an account's mailboxes. */
function filed(name: 'anna' | 'boris'): Promise<Filed[]> {
  return office.db.query<Filed>({
    text: `select b.name as mailbox, s.flags, s.keywords, s.uid from store.message s join store.mailbox b on b.id = s.mailbox_id
      where b.account_id = $1 order by b.name, s.uid`,
    values: [office.accounts[name]],
  });
}

async function mailboxesWith(name: 'anna' | 'boris'): Promise<string[]> {
  return (await filed(name)).map(({ mailbox }) => mailbox);
}

async function outcomes(mail: string): Promise<string[]> {
  return (await office.trace(mail)).map(({ recipient, outcome, detail }) =>
    `${recipient} ${outcome} ${detail}`.trim(),
  );
}

const subject = (text: string): Partial<TestMail> => ({
  text: `From: sender@remote.test\r\nTo: anna@demo.test\r\nSubject: ${text}\r\nMessage-ID: <${text.length}@remote.test>\r\n\r\ntext\r\n`,
});

describe('keep, fileinto and discard', () => {
  test('RFC 5228 §4.1, RFC 5232 §5: into the mailbox that is named, with flags; the trace names it', async () => {
    await rules(
      'anna',
      String.raw`require ["fileinto", "imap4flags"];
        if header :contains "subject" "project" { fileinto :flags ["\\Seen", "\\Flagged", "Plan"] "Work"; }`,
    );
    const mail = await delivered(subject('the project'));
    expect(await filed('anna')).toEqual([
      { mailbox: 'Work', flags: 5, keywords: ['Plan'], uid: expect.any(Number) },
    ]);
    expect(await outcomes(mail)).toEqual(['anna@demo.test delivered Work']);
    await delivered(subject('another'));
    expect(await mailboxesWith('anna')).toEqual(['INBOX', 'Work']);
    const [work] = await office.db.query({
      text: `select keywords, exists_count, unseen_count from store.mailbox where account_id = $1 and name = 'Work'`,
      values: [office.accounts.anna],
    });
    expect(work).toMatchObject({ keywords: ['Plan'], exists_count: expect.any(Number) });
  });

  test('several copies of one mail, each in its mailbox; one that is missing is the INBOX', async () => {
    await rules(
      'anna',
      'require ["fileinto", "copy"]; fileinto :copy "Work"; fileinto :copy "Nowhere"; fileinto :copy "Work";',
    );
    await delivered();
    expect(await mailboxesWith('anna')).toEqual(['INBOX', 'Work']);
  });

  test('RFC 5490 §3.2, RFC 8579 §4.1: a mailbox is made; a special use comes before a name', async () => {
    await rules(
      'anna',
      String.raw`require ["fileinto", "mailbox", "special-use"];
        if header :is "subject" "new" { fileinto :create "Lists/New/Deep"; } else { fileinto :specialuse "\\Junk" "Work"; }`,
    );
    await delivered(subject('new'));
    await delivered(subject('spam'));
    expect(await mailboxesWith('anna')).toEqual(['Lists/New/Deep', 'Spam']);
  });

  test('a mail that is thrown away is gone, with the reason in the trace', async () => {
    await rules('anna', 'discard;');
    const mail = await delivered();
    expect(await filed('anna')).toEqual([]);
    expect(await outcomes(mail)).toEqual(['anna@demo.test discarded by a rule of the recipient']);
  });

  test('rules are those of one recipient: others of the same mail get it plainly', async () => {
    await rules('anna', 'discard;');
    await delivered({ to: ['anna@demo.test', 'boris@demo.test'] });
    expect([await mailboxesWith('anna'), await mailboxesWith('boris')]).toEqual([[], ['INBOX']]);
  });

  test('what a filter takes for junk is kept as junk, unless a rule names a mailbox', async () => {
    await rules('anna', 'require "fileinto"; if header :is "subject" "mine" { fileinto "Work"; }');
    const judged = async (text: string): Promise<void> => {
      const made = await office.newMail({
        to: ['anna@demo.test'],
        ...subject(text),
        slip: ['antivirus'],
        step: 'deliver',
      });
      await acceptMails(office.db, [made]);
      await office.db.query({
        text: `insert into queue.verdict (mail_id, filter, result, target, reason) values ($1, 'antivirus', 'accept', '\\Junk', '')`,
        values: [made.id],
      });
      await office.bus.publishStep('deliver', made.id);
      await office.settled(made.id);
    };
    await judged('other');
    await judged('mine');
    expect(await mailboxesWith('anna')).toEqual(['Spam', 'Work']);
  });

  test('RFC 5173: the body is looked at, decoded', async () => {
    await rules('anna', 'require ["body", "fileinto"]; if body :contains "секрет" { fileinto "Work"; }');
    const coded = Buffer.from('наш секрет').toString('base64');
    const head = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64';
    await delivered({ text: `From: a@remote.test\r\n${head}\r\n\r\n${coded}\r\n` });
    expect(await mailboxesWith('anna')).toEqual(['Work']);
  });

  test('RFC 5293: a copy has the header that its rule has made, others have the mail as it came', async () => {
    await rules(
      'anna',
      'require ["editheader", "fileinto", "copy"]; fileinto :copy "Work"; addheader "X-Rule" "yes"; deleteheader "subject";',
    );
    await delivered({ to: ['anna@demo.test', 'boris@demo.test'], ...subject('gone') });
    const [changed] = await office.messages('anna');
    expect(changed?.text).toMatch(/^Return-Path: <sender@remote\.test>\r\nX-Rule: yes\r\nReceived: /);
    expect(changed?.text).not.toContain('Subject:');
    expect(changed?.size).toBe(changed?.bytes.length);
    expect(changed?.envelope).not.toContain('gone');
    const [plain] = await office.messages('boris');
    expect(plain?.text).toContain('Subject: gone');
    expect(await mailboxesWith('anna')).toEqual(['INBOX', 'Work']);
  });

  test('RFC 7352: the same Message-ID a second time is known', async () => {
    await rules('anna', 'require ["duplicate", "fileinto"]; if duplicate { fileinto "Work"; }');
    await delivered(subject('twice'));
    await delivered(subject('twice'));
    expect(await mailboxesWith('anna')).toEqual(['INBOX', 'Work']);
  });

  test('a mailbox that is full waits as without rules, and nothing of the rules is done before', async () => {
    await rules('anna', 'require ["fileinto", "copy"]; fileinto :copy "Work";');
    await office.db.query({
      text: 'update directory.account set quota_bytes = 10 where id = $1',
      values: [office.accounts.anna],
    });
    const mail = await office.accept({ to: ['anna@demo.test'] });
    await eventually(async () => {
      const [row] = await office.recipients(mail);
      expect(row?.lastReply).toContain('4.2.2');
    });
    expect(await filed('anna')).toEqual([]);
    await office.db.query({ text: 'delete from queue.recipient where mail_id = $1', values: [mail] });
    await office.db.query({ text: 'delete from queue.mail where id = $1', values: [mail] });
  });
});

describe('RFC 5228 §4.2: redirect', () => {
  test('to another server, from an address that leads back to a stranger; the mailbox keeps nothing', async () => {
    const { farSide } = sending(office);
    await using far = await farSide();
    await rules('anna', `redirect "x@${far.domain}";`);
    const mail = await delivered();
    expect(far.received.map(({ to }) => to)).toEqual([[`x@${far.domain}`]]);
    expect(far.received[0]?.from).toMatch(/^SRS0=/);
    expect(await filed('anna')).toEqual([]);
    expect(await outcomes(mail)).toEqual([
      `anna@demo.test redirected by a rule, to x@${far.domain}`,
      expect.stringContaining(`x@${far.domain} relayed`),
    ]);
  });

  test('to somebody here, whose own rules apply; a copy stays', async () => {
    await rules('anna', 'require "copy"; redirect :copy "boris@demo.test";');
    await rules('boris', 'require "fileinto"; fileinto "Work";');
    await delivered();
    expect([await mailboxesWith('anna'), await mailboxesWith('boris')]).toEqual([['INBOX'], ['Work']]);
  });

  test('two who send on to each other: the second one keeps it', async () => {
    await rules('anna', 'redirect "boris@demo.test";');
    await rules('boris', 'redirect "anna@demo.test";');
    await delivered();
    expect([await mailboxesWith('anna'), await mailboxesWith('boris')]).toEqual([[], ['INBOX']]);
  });

  test('to an alias that leads back to oneself: it is kept', async () => {
    await createName(office.db, 'all', {
      ...{ kind: 'alias', address: 'self@demo.test', targets: ['anna@demo.test'], domain: 'demo.test' },
    });
    await rules('anna', 'redirect "self@demo.test";');
    await delivered();
    expect(await mailboxesWith('anna')).toEqual(['INBOX']);
  });
});

describe('RFC 5429: reject', () => {
  test('a sender of ours, or one that is proven, gets the reason', async () => {
    await rules('anna', 'require "reject"; reject "I do not take this";');
    const mail = await delivered({ reversePath: 'boris@demo.test', origin: 'submitted' });
    expect(await outcomes(mail)).toEqual(['anna@demo.test bounced 5.7.1 I do not take this']);
    await eventually(async () => {
      const [notice] = await office.messages('boris');
      expect(notice?.text).toContain('I do not take this');
    });
  });

  test('one who is not proven hears nothing: it would go to whom he was forged from', async () => {
    await rules('anna', 'require "reject"; reject "no";');
    const mail = await delivered({ reversePath: 'boris@demo.test' });
    expect(await outcomes(mail)).toEqual([
      'anna@demo.test discarded refused by a rule, the sender is not proven: no',
    ]);
    expect((await office.db.query({ text: 'select 1 from queue.owed_notice' })).length).toBe(0);
  });
});

describe('RFC 5230: vacation', () => {
  const away = 'require "vacation"; vacation :days 3 :subject "Away" "I am away until Monday";';
  const fromBoris = (fields = ''): Partial<TestMail> => ({
    ...{ reversePath: 'boris@demo.test', origin: 'submitted' as const },
    text: `From: boris@demo.test\r\nTo: Anna <anna@demo.test>\r\nSubject: question\r\nMessage-ID: <q@demo.test>\r\n${fields}\r\ntext\r\n`,
  });

  /** After everything that is owed has been made. */
  async function answers(): Promise<string[]> {
    await eventually(async () => {
      const waiting = await office.db.query({
        text: `select 1 from queue.owed_notice union all select 1 from queue.mail where state = 'active' and step = 'deliver'`,
      });
      expect(waiting).toHaveLength(0);
    });
    return (await office.messages('boris')).map(({ text }) => text);
  }

  test('§5: the sender is told, by a mail that nothing answers; the mail itself is kept', async () => {
    await rules('anna', away);
    await delivered(fromBoris());
    const [answer = ''] = await answers();
    expect(answer).toMatch(/^Return-Path: <>\r\n/);
    expect(answer).toContain('\r\nSubject: Away\r\n');
    expect(answer).toContain('\r\nAuto-Submitted: auto-replied\r\n');
    expect(answer).toContain('\r\nIn-Reply-To: <q@demo.test>\r\n');
    expect(answer).toContain('\r\n\r\nI am away until Monday');
    expect(answer).toMatch(/\r\nFrom: .*anna@demo\.test>?\r\n/);
    expect(await mailboxesWith('anna')).toEqual(['INBOX']);
  });

  test('§4.2: once in these days, and anew when the text is another', async () => {
    await rules('anna', away);
    await delivered(fromBoris());
    await delivered(fromBoris());
    expect(await answers()).toHaveLength(1);
    await rules('anna', away.replace('Monday', 'Friday'));
    await delivered(fromBoris());
    expect(await answers()).toHaveLength(2);
  });

  test.each([
    ['a list', 'List-Id: <x.y.test>\r\n'],
    ['bulk', 'Precedence: bulk\r\n'],
    ['an automatic answer', 'Auto-Submitted: auto-replied\r\n'],
  ])('§4.5, RFC 3834 §2: %s is not answered', async (_what, field) => {
    await rules('anna', away);
    await delivered(fromBoris(field));
    expect(await answers()).toEqual([]);
  });

  test('§4.5: nor is what does not name the owner, what has no sender, and the owner', async () => {
    await rules('anna', away);
    await delivered({ ...fromBoris(), text: 'From: boris@demo.test\r\nTo: list@demo.test\r\n\r\ntext\r\n' });
    await delivered({ ...fromBoris(), reversePath: '' });
    await delivered({ ...fromBoris(), reversePath: 'anna@demo.test' });
    expect(await answers()).toEqual([]);
    expect(await mailboxesWith('anna')).toEqual(['INBOX', 'INBOX', 'INBOX']);
  });

  test('nor a forged sender that fails DMARC, nor junk', async () => {
    await rules('anna', away);
    const made = await office.newMail({
      to: ['anna@demo.test'],
      ...fromBoris(),
      origin: 'incoming',
      slip: ['dkim'],
      step: 'deliver',
    });
    await acceptMails(office.db, [made]);
    await office.db.query({
      text: `insert into queue.verdict (mail_id, filter, result, reason, prefix, removed) values ($1, 'dkim', 'accept', '', $2, '{0,0}')`,
      values: [
        made.id,
        Buffer.from('Authentication-Results: mx.demo.test; dmarc=fail header.from=demo.test\r\n'),
      ],
    });
    await office.bus.publishStep('deliver', made.id);
    await office.settled(made.id);
    expect(await answers()).toEqual([]);
  });

  test('§4.7: a further address of the owner counts', async () => {
    await rules('anna', 'require "vacation"; vacation :addresses "anna@elsewhere.test" "away";');
    await delivered({
      ...fromBoris(),
      text: 'From: boris@demo.test\r\nTo: anna@elsewhere.test\r\n\r\ntext\r\n',
    });
    expect(await answers()).toHaveLength(1);
  });
});

test('rules that break off put the mail into the INBOX, and the owner is told once a day', async () => {
  await rules('anna', 'require "variables"; set "to" "nobody";\nredirect "${to}";');
  await delivered();
  await delivered();
  await eventually(async () => {
    const told = (await office.messages('anna')).filter(({ text }) =>
      text.includes('Auto-Submitted: auto-generated'),
    );
    expect(told).toHaveLength(1);
  });
  expect(await office.messages('anna')).toHaveLength(3);
});

test('a script that became invalid keeps the mail, too', async () => {
  await rules('anna', 'require "no-longer-there"; discard;');
  await delivered();
  await eventually(async () => expect((await office.messages('anna')).length).toBe(2));
});

test('a mail that comes while a rule’s mailbox is locked waits for it, and is filed once', async () => {
  await rules('anna', 'require "fileinto"; fileinto "Work";');
  const mail = await office.db.transaction(async (tx) => {
    await tx.query({
      text: `select 1 from store.mailbox where account_id = $1 and name = 'Work' for update`,
      values: [office.accounts.anna],
    });
    const id = await office.accept({ to: ['anna@demo.test'] });
    await eventually(async () => {
      const waits = await office.db.query({
        text: `select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid
          where not l.granted and a.datname = current_database()`,
      });
      expect(waits.length).toBeGreaterThan(0);
    });
    return id;
  });
  await office.settled(mail);
  expect(await mailboxesWith('anna')).toEqual(['Work']);
});
