// Mail into mailboxes: the plain batch, and everything that needs a closer look.
import { mailboxChanged, mailHeld } from '@pochtar/bus';
import { createName } from '@pochtar/store/directory';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(async () => {
  await office.clearMailboxes();
  await office.db.query({ text: 'update directory.account set quota_bytes = null' });
});

/** A mail of anna's to whom something happens: notices come back to her. */
const byAnna = { reversePath: 'anna@demo.test', origin: 'submitted' } as const;

async function delivered(mail: TestMail): Promise<string> {
  const id = await office.accept(mail);
  await office.settled(id);
  return id;
}

async function outcomes(mail: string): Promise<string[]> {
  return (await office.trace(mail)).map(({ recipient, outcome }) => `${recipient} ${outcome}`);
}

describe('a plain mail', () => {
  test('reaches the INBOX with the next UID, its trace is written, and one message tells the sessions', async () => {
    const heard: unknown[] = [];
    const listening = office.bus.subscribe(
      mailboxChanged(office.accounts.anna),
      (payload) => void heard.push(payload),
    );
    await office.bus.connection.flush();
    const mail = await delivered({ to: ['anna@demo.test'] });
    const [message] = await office.messages('anna');
    expect(message?.text).toMatch(/^Return-Path: <sender@remote\.test>\r\nReceived: .*\r\n\r\ntext\r\n$/s);
    expect(message?.size).toBe(message?.bytes.length);
    expect(await office.trace(mail)).toEqual([
      { recipient: 'anna@demo.test', outcome: 'delivered', detail: '', attempts: 1 },
    ]);
    await eventually(() =>
      expect(heard).toEqual([{ mailboxes: [{ id: expect.any(Number), modSeq: message?.modSeq }] }]),
    );
    listening.stop();
  });
});

describe('aliases and groups', () => {
  test('lead to accounts; who is named twice gets the mail once', async () => {
    const mail = await delivered({ to: ['all@demo.test', 'office@demo.test', 'anna@demo.test'] });
    expect(await office.messages('anna')).toHaveLength(1);
    expect(await office.messages('boris')).toHaveLength(1);
    expect(await outcomes(mail)).toEqual([
      'all@demo.test expanded',
      'anna@demo.test delivered',
      'boris@demo.test delivered',
      'office@demo.test expanded',
    ]);
  });

  test('in a ring are a routing loop: the sender is told 5.4.6', async () => {
    const ring = { kind: 'alias', domain: 'demo.test' } as const;
    await createName(office.db, 'all', { ...ring, address: 'a@demo.test', targets: ['b@demo.test'] });
    await createName(office.db, 'all', { ...ring, address: 'b@demo.test', targets: ['a@demo.test'] });
    await delivered({ ...byAnna, to: ['a@demo.test'] });
    const [notice] = (await eventually(async () => {
      const found = await noticesIn(office, 'anna');
      return found.length > 0 && found;
    })) as Awaited<ReturnType<typeof noticesIn>>;
    expect(notice?.status[1]).toMatchObject({
      'final-recipient': 'rfc822; a@demo.test',
      action: 'failed',
      status: '5.4.6',
    });
  });

  test('RFC 3461 §5.2.7.3: a group answers NOTIFY=SUCCESS with "expanded"', async () => {
    await delivered({ ...byAnna, to: [{ address: 'all@demo.test', notify: 'SUCCESS' }] });
    await eventually(async () => {
      const notices = await noticesIn(office, 'anna');
      expect(notices.map(({ status }) => status[1]?.['action'])).toEqual(['expanded']);
    });
  });
});

describe('an address that is not there', () => {
  test('is returned to the sender with 5.1.1, the header of the mail, and the null reverse path', async () => {
    const to = [{ address: 'nobody@demo.test', originalRecipient: 'rfc822;Nobody+2Bx@demo.test' }];
    const mail = await delivered({
      ...byAnna,
      to,
      dsnEnvelopeId: 'id+2B1',
      text: 'Subject: lost\r\nMessage-ID: <1@x>\r\n\r\nbody\r\n',
    });
    await eventually(async () => expect(await office.messages('anna')).toHaveLength(1));
    const [message] = await office.messages('anna');
    expect(message?.text).toMatch(/^Return-Path: <>\r\n/);
    const [notice] = await noticesIn(office, 'anna');
    expect(notice).toMatchObject({
      from: 'MAILER-DAEMON@mx.demo.test',
      to: 'anna@demo.test',
      autoSubmitted: 'auto-replied',
    });
    expect(notice?.status[0]).toMatchObject({
      'reporting-mta': 'dns; mx.demo.test',
      'original-envelope-id': 'id+1',
    });
    expect(notice?.status[1]).toMatchObject({
      'original-recipient': 'rfc822; Nobody+x@demo.test',
      'final-recipient': 'rfc822; nobody@demo.test',
      action: 'failed',
      status: '5.1.1',
    });
    expect(notice?.returned.type).toBe('text/rfc822-headers');
    expect(notice?.returned.text).toMatch(/^Received: [\s\S]*Subject: lost/);
    expect(notice?.returned.text).not.toContain('body');
    expect(await outcomes(mail)).toEqual(['nobody@demo.test bounced']);
  });

  test('RFC 3461 §4.3: RET=FULL returns the whole mail, without our Return-Path', async () => {
    await delivered({
      ...byAnna,
      to: ['nobody@demo.test'],
      dsnReturn: 'FULL',
      text: 'Subject: lost\r\n\r\nthe body\r\n',
    });
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    const [notice] = await noticesIn(office, 'anna');
    expect(notice?.returned.type).toBe('message/rfc822');
    expect(notice?.returned.text).toMatch(/^Received: [\s\S]*the body/);
  });

  test('RFC 5321 §4.5.5, RFC 3461 §4.1: nobody is told of a null reverse path, or who asked for NEVER', async () => {
    const silent = await delivered({ reversePath: '', to: ['nobody@demo.test'] });
    const never = await delivered({ ...byAnna, to: [{ address: 'nobody@demo.test', notify: 'NEVER' }] });
    expect(await outcomes(silent)).toEqual(['nobody@demo.test bounced']);
    expect(await outcomes(never)).toEqual(['nobody@demo.test bounced']);
    expect(await office.db.query({ text: "select 1 from queue.mail where origin = 'system'" })).toEqual([]);
    expect(await office.messages('anna')).toEqual([]);
  });
});

describe('wishes of the sender', () => {
  test('RFC 3461 §5.2.6: NOTIFY=SUCCESS is answered with "delivered" in the delivery itself', async () => {
    const mail = await delivered({ ...byAnna, to: [{ address: 'boris@demo.test', notify: 'SUCCESS' }] });
    expect(await office.messages('boris')).toHaveLength(1);
    await eventually(async () => {
      const [notice] = await noticesIn(office, 'anna');
      expect(notice?.status[1]).toMatchObject({
        action: 'delivered',
        'final-recipient': 'rfc822; boris@demo.test',
      });
    });
    expect(await outcomes(mail)).toEqual(['boris@demo.test delivered']);
  });
});

describe('an account that cannot take the mail', () => {
  test('deleted after the mail was accepted: returned, and nothing goes into what is left of its mailboxes', async () => {
    const [account] = await office.db.query<{ id: number }>({
      text: `with made as (
          insert into directory.account (domain_id, address) select id, 'gone@demo.test' from directory.domain
          where name = 'demo.test' returning id
        ), inbox as (
          insert into store.mailbox (account_id, name, uid_validity) select id, 'INBOX', 1 from made
        ) select id from made`,
    });
    const to = [{ address: 'gone@demo.test', accountId: account?.id as number }];
    const mail = await office.accept({ ...byAnna, to, isSilent: true });
    await office.db.query({ text: 'delete from directory.account where id = $1', values: [account?.id] });
    await office.bus.publishStep('deliver', mail);
    await office.settled(mail);
    expect(await outcomes(mail)).toEqual(['gone@demo.test bounced']);
    expect(
      await office.db.query({
        text: `select 1 from store.message s join store.mailbox b on b.id = s.mailbox_id where b.account_id = $1`,
        values: [account?.id],
      }),
    ).toEqual([]);
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
  });

  test('disabled: 5.2.1 at once', async () => {
    const mail = await delivered({ ...byAnna, to: ['carla@demo.test', 'boris@demo.test'] });
    expect(await outcomes(mail)).toEqual(['boris@demo.test delivered', 'carla@demo.test bounced']);
    await eventually(async () => {
      expect((await noticesIn(office, 'anna'))[0]?.status[1]).toMatchObject({ status: '5.2.1' });
    });
  });

  test('full: waits by the schedule with 4.2.2, the others get it; emptied, it is delivered', async () => {
    await office.db.query({
      text: `update directory.account set quota_bytes = 1 where id = ${office.accounts.boris}`,
    });
    const mail = await office.accept({ ...byAnna, to: ['boris@demo.test', 'anna@demo.test'] });
    await eventually(async () =>
      expect(await office.queued(mail)).toMatchObject({ step: 'schedule', state: 'active' }),
    );
    expect(await office.messages('anna')).toHaveLength(1);
    const [waiting] = await office.recipients(mail);
    expect(waiting).toMatchObject({
      address: 'boris@demo.test',
      attempt: 1,
      lastReply: expect.stringMatching(/^4\.2\.2/),
    });
    expect(waiting?.dueAt?.getTime()).toBeGreaterThan(Date.now() + 179 * 60_000);
    await office.db.query({
      text: `update directory.account set quota_bytes = null where id = ${office.accounts.boris}`,
    });
    await makeDue(mail);
    await office.settled(mail);
    expect(await office.messages('boris')).toHaveLength(1);
    expect(await office.trace(mail)).toContainEqual({
      recipient: 'boris@demo.test',
      outcome: 'delivered',
      detail: '',
      attempts: 2,
    });
  });

  test('full to the end of the lifetime: returned with 5.2.2', async () => {
    await office.db.query({
      text: `update directory.account set quota_bytes = 1 where id = ${office.accounts.boris}`,
    });
    const mail = await office.accept({
      ...byAnna,
      to: ['boris@demo.test'],
      acceptedAt: new Date(Date.now() - 5761 * 60_000),
    });
    await office.settled(mail);
    await eventually(async () => {
      expect((await noticesIn(office, 'anna'))[0]?.status[1]).toMatchObject({
        status: '5.2.2',
        action: 'failed',
      });
    });
  });

  test('deleted meanwhile: looked up anew, and not there', async () => {
    const mail = await delivered({ ...byAnna, to: [{ address: 'gone@demo.test', accountId: 999_999 }] });
    expect(await outcomes(mail)).toEqual(['gone@demo.test bounced']);
  });

  test('busy: what others have locked is waited for, and nobody else waits with it', async () => {
    let release: () => void = () => {};
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    const holding = office.db.transaction(async (tx) => {
      await tx.query({
        text: 'select 1 from store.mailbox where account_id = $1 for update',
        values: [office.accounts.boris],
      });
      await isReleased;
    });
    const mail = await office.accept({ to: ['anna@demo.test', 'boris@demo.test'] });
    await eventually(async () => expect(await office.messages('anna')).toHaveLength(1));
    release();
    await holding;
    await office.settled(mail);
    expect(await office.messages('boris')).toHaveLength(1);
  });
});

async function makeDue(mail: string): Promise<void> {
  await office.db.query({
    text: 'update queue.recipient set due_at = now() where mail_id = $1',
    values: [mail],
  });
  office.bus.emit((await import('@pochtar/bus')).queueDue, {});
}

describe('verdicts', () => {
  interface TestVerdict {
    filter: string;
    result: string;
    prefix?: Buffer;
    removed?: number[];
    replacement?: string;
  }

  async function judged(mail: TestMail, ...verdicts: TestVerdict[]): Promise<string> {
    const slip = verdicts.map(({ filter }) => filter);
    const id = await office.accept({ ...mail, slip, step: 'deliver', isSilent: true });
    for (const { filter, result, prefix, removed, replacement } of verdicts) {
      await office.db.query({
        text: `insert into queue.verdict (mail_id, filter, result, reason, prefix, removed, replacement_content_id)
          values ($1, $2, $3, 'because', $4, $5, $6)`,
        values: [id, filter, result, prefix ?? null, removed ?? null, replacement ?? null],
      });
    }
    await office.bus.publishStep('deliver', id);
    return id;
  }

  test('no scan, no pass: a mail without a verdict of its slip goes back to the filter, whatever the bus says', async () => {
    const mail = await office.accept({ to: ['anna@demo.test'], slip: ['antivirus'], step: 'deliver' });
    await eventually(async () =>
      expect(await office.queued(mail)).toMatchObject({ step: 'antivirus', state: 'active' }),
    );
    expect(await office.messages('anna')).toEqual([]);
  });

  test('accepting ones without edits pass the batch', async () => {
    await office.settled(await judged({ to: ['anna@demo.test'] }, { filter: 'antivirus', result: 'accept' }));
    expect(await office.messages('anna')).toHaveLength(1);
    expect(
      await office.db.query({
        text: 'select 1 from queue.verdict where result = $1 and reason = $2',
        values: ['accept', 'because'],
      }),
    ).toEqual([]);
  });

  test('reject: the sender is told why, and gets no content back even with RET=FULL', async () => {
    const mail = await judged(
      { ...byAnna, to: ['boris@demo.test'], dsnReturn: 'FULL' },
      { filter: 'dlp', result: 'reject' },
    );
    await office.settled(mail);
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    const [notice] = await noticesIn(office, 'anna');
    expect(notice?.status[1]).toMatchObject({
      status: '5.7.1',
      'diagnostic-code': expect.stringContaining('dlp: because'),
    });
    expect(notice?.returned.type).toBe('text/rfc822-headers');
    expect(await office.messages('boris')).toEqual([]);
  });

  test('discard: gone, with its trace and without a notice', async () => {
    const mail = await judged({ ...byAnna, to: ['boris@demo.test'] }, { filter: 'dkim', result: 'discard' });
    await office.settled(mail);
    expect(await office.trace(mail)).toMatchObject([{ outcome: 'discarded', detail: 'dkim: because' }]);
    expect(await office.db.query({ text: "select 1 from queue.mail where origin = 'system'" })).toEqual([]);
  });

  test('quarantine: held with its reason, and an event says so', async () => {
    const heard: unknown[] = [];
    const listening = office.bus.subscribe(mailHeld, (fact) => void heard.push(fact));
    await office.bus.connection.flush();
    const mail = await judged({ to: ['anna@demo.test'] }, { filter: 'dkim', result: 'quarantine' });
    await eventually(async () =>
      expect(await office.queued(mail)).toMatchObject({ state: 'held', reason: 'dkim: because' }),
    );
    await eventually(() => expect(heard).toContainEqual({ mail, reason: 'dkim: because' }));
    listening.stop();
    expect(await office.messages('anna')).toEqual([]);
  });

  test('a submitted mail that nobody could look into is held, and its sender learns of it without getting it back', async () => {
    const mail = await judged(
      { ...byAnna, to: ['x@remote.test'] },
      { filter: 'antivirus', result: 'quarantine' },
    );
    await eventually(async () => expect(await noticesIn(office, 'anna')).toHaveLength(1));
    const [notice] = await noticesIn(office, 'anna');
    expect(notice?.status[1]).toMatchObject({ action: 'delayed', status: '4.7.1' });
    expect(notice?.returned.type).toBe('text/rfc822-headers');
    expect(await office.queued(mail)).toMatchObject({ state: 'held' });
  });

  test('edits: fields in front and ranges left out are what readers are shown, sizes and listed texts agree', async () => {
    const text = 'Subject: old\r\nFrom: a@b.test\r\n\r\nbody\r\n';
    const made = await office.newMail({ to: ['anna@demo.test'], text });
    const { length } = made.content.blob;
    const start = length - text.length;
    const prefix = Buffer.from('Authentication-Results: mx.demo.test; none\r\nSubject: new\r\n');
    const mail = await judged(
      { to: ['anna@demo.test'], id: made.id, text },
      { filter: 'dkim', result: 'accept', prefix, removed: [start, start + 'Subject: old\r\n'.length] },
    );
    await office.settled(mail);
    const [message] = await office.messages('anna');
    expect(message?.text).toMatch(/^Return-Path: .*\r\nAuthentication-Results: .*\r\nSubject: new\r\n/);
    expect(message?.text).not.toContain('Subject: old');
    expect(message?.size).toBe(message?.bytes.length);
    expect(message?.envelope).toContain('"new"');
    const [counted] = await office.db.query<{ bytes: number }>({
      text: "select bytes from store.mailbox where account_id = $1 and name = 'INBOX'",
      values: [office.accounts.anna],
    });
    expect(counted?.bytes).toBeGreaterThanOrEqual(message?.size as number);
  });

  async function storeReport(): Promise<string> {
    const report = await office.newMail({ to: [], text: 'Subject: virus found\r\n\r\nreport\r\n' });
    const { insertContents } = await import('@pochtar/store/content');
    await insertContents(office.db, [report.content]);
    return report.content.id;
  }

  test('a replacement is delivered instead of the original', async () => {
    const replacement = await storeReport();
    const mail = await judged(
      { to: ['anna@demo.test'] },
      { filter: 'antivirus', result: 'accept', replacement },
    );
    await office.settled(mail);
    const [message] = await office.messages('anna');
    expect(message?.contentId).toBe(replacement);
    expect(message?.text).toContain('virus found');
    expect(message?.size).toBe(message?.bytes.length);
    const dead = await office.db.query<{ content_id: string }>({
      text: 'select content_id from store.maybe_dead',
    });
    expect(dead.map((row) => row.content_id)).toContain(mail);
    expect(dead.map((row) => row.content_id)).not.toContain(replacement);
  });

  test('what another filter has replaced waits for a person where an alias leads to another server; local recipients get theirs', async () => {
    await createName(office.db, 'all', {
      kind: 'alias',
      domain: 'demo.test',
      address: 'out@demo.test',
      targets: ['anna@demo.test', 'x@remote.test'],
    });
    const replacement = await storeReport();
    const mail = await judged({ to: ['out@demo.test'] }, { filter: 'dlp', result: 'accept', replacement });
    await eventually(async () => expect(await office.queued(mail)).toMatchObject({ state: 'held' }));
    expect(await office.messages('anna')).toHaveLength(1);
    expect(await office.recipients(mail)).toMatchObject([
      { address: 'x@remote.test', route: 'remote', dueAt: null, attempt: 0 },
    ]);
  });
});
