// Mail to other servers: far sides that take it, and far sides that refuse it.
import { mailDeferred } from '@pochtar/bus';
import { insertContents } from '@pochtar/store/content';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reply } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

let office: PostOffice;
let { farSide, send, sent, deferred, tryAgain } = {} as Sending;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  ({ farSide, send, sent, deferred, tryAgain } = sending(office));
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(() => office.clearMailboxes());

describe('a far side that takes mail', () => {
  test('gets the bytes without our Return-Path, over TLS without asking for its certificate, and the trace says what it said', async () => {
    await using far = await farSide();
    const text = 'Subject: x\r\nFrom: anna@demo.test\r\n\r\n.dot\r\n..two\r\n\r\nend';
    const mail = await sent({ to: [`X@${far.domain}`], text });
    const [received] = far.received;
    expect(received).toMatchObject({ from: 'anna@demo.test', to: [`X@${far.domain}`], secure: true });
    expect(received?.text).toMatch(/^Received: from client\.test/);
    expect(received?.text.endsWith(`${text}\r\n`)).toBe(true);
    expect(await office.trace(mail)).toEqual([
      {
        recipient: `X@${far.domain}`,
        outcome: 'relayed',
        detail: expect.stringMatching(/^mail\.d\d+\.test: 250 /),
        attempts: 1,
      },
    ]);
  });

  test('gets several recipients of a mail in one transaction, and several mails over one connection', async () => {
    await using far = await farSide();
    const to = ['a', 'b', 'c'].map((name) => `${name}@${far.domain}`);
    const made = await Promise.all(
      [1, 2, 3].map((count) =>
        send({ to, text: `Subject: ${count}\r\n\r\n`, isSilent: true, step: 'deliver' }),
      ),
    );
    await Promise.all(made.map((mail) => office.bus.publishStep('deliver', mail)));
    await Promise.all(made.map((mail) => office.settled(mail)));
    expect(far.received).toHaveLength(3);
    expect(far.received.every((mail) => mail.to.length === 3)).toBe(true);
    expect(far.connections()).toBeLessThanOrEqual(3);
  });

  test('gets the replacement of a mail of our own people, where the settings want that', async () => {
    await using far = await farSide();
    const report = await office.newMail({ to: [], text: 'Subject: virus found\r\n\r\nreport\r\n' });
    await insertContents(office.db, [report.content]);
    const id = await send({ to: [`x@${far.domain}`], slip: ['antivirus'], step: 'deliver', isSilent: true });
    await office.db.query({
      text: `insert into queue.verdict (mail_id, filter, result, replacement_content_id) values ($1, 'antivirus', 'accept', $2)`,
      values: [id, report.content.id],
    });
    await office.bus.publishStep('deliver', id);
    await office.settled(id);
    expect(far.received[0]?.text).toMatch(/^Received: [\s\S]*Subject: virus found/);
  });

  test('its edits leave with it', async () => {
    await using far = await farSide();
    const id = await send({
      to: [`x@${far.domain}`],
      slip: ['dkim'],
      step: 'deliver',
      isSilent: true,
      text: 'Subject: s\r\n\r\n',
    });
    await office.db.query({
      text: `insert into queue.verdict (mail_id, filter, result, prefix) values ($1, 'dkim', 'accept', $2)`,
      values: [id, Buffer.from('DKIM-Signature: v=1\r\n')],
    });
    await office.bus.publishStep('deliver', id);
    await office.settled(id);
    expect(far.received[0]?.text).toMatch(/^DKIM-Signature: v=1\r\nReceived: /);
  });
});

describe('RFC 5321 §4.2: replies', () => {
  test('4yz then success: waits by the schedule, is tried again, arrives', async () => {
    const deferrals: unknown[] = [];
    const listening = office.bus.subscribe(mailDeferred, (fact) => void deferrals.push(fact));
    let isReady = false;
    await using far = await farSide({
      onRcpt: () => {
        if (!isReady) throw reply('451 4.7.1 come again');
      },
    });
    const mail = await send({ to: [`x@${far.domain}`] });
    const [waiting] = await deferred(mail);
    expect(waiting).toMatchObject({ attempt: 1, lastReply: expect.stringContaining('451 4.7.1 come again') });
    expect(waiting?.dueAt?.getTime()).toBeGreaterThan(Date.now() + 179 * 60_000);
    expect(Number(waiting?.dueAt) % (30 * 60_000)).toBe(0);
    await eventually(() =>
      expect(deferrals).toContainEqual(expect.objectContaining({ mail, recipient: `x@${far.domain}` })),
    );
    listening.stop();
    isReady = true;
    await tryAgain(mail);
    await office.settled(mail);
    expect(far.received).toHaveLength(1);
    expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed', attempts: 2 }]);
  });

  test('each recipient has its own fate: one is taken, one refused for good, one for now', async () => {
    await using far = await farSide({
      onRcpt: (address) => {
        if (address.startsWith('never')) throw reply('550 5.1.1 no such person');
        if (address.startsWith('later')) throw reply('450 4.2.1 greylisted');
      },
    });
    const mail = await send({ to: ['ok', 'never', 'later'].map((name) => `${name}@${far.domain}`) });
    const left = await deferred(mail);
    expect(left.map(({ address }) => address)).toEqual([`later@${far.domain}`]);
    expect(await office.trace(mail)).toMatchObject([{ outcome: 'bounced' }, { outcome: 'relayed' }]);
    await eventually(async () => {
      const [notice] = await noticesIn(office, 'anna');
      expect(notice?.status).toHaveLength(2);
      expect(notice?.status[1]).toMatchObject({
        action: 'failed',
        status: '5.1.1',
        'remote-mta': `dns; mail.${far.domain}`,
        'diagnostic-code': expect.stringContaining('no such person'),
      });
    });
  });

  test('a refusal of all recipients, of MAIL, or of the data counts for each of them', async () => {
    await using atRcpt = await farSide({
      onRcpt: () => {
        throw reply('550 5.7.1 go away');
      },
    });
    await using atMail = await farSide({
      onMail: () => {
        throw reply('553 5.1.8 bad sender');
      },
    });
    await using atData = await farSide({
      onData: () => {
        throw reply('554 5.6.0 not this');
      },
    });
    for (const [far, status] of [
      [atRcpt, '5.7.1'],
      [atMail, '5.1.8'],
      [atData, '5.6.0'],
    ] as const) {
      const mail = await sent({ to: [`a@${far.domain}`, `b@${far.domain}`] });
      expect(await office.trace(mail)).toMatchObject([{ outcome: 'bounced' }, { outcome: 'bounced' }]);
      expect((await office.trace(mail))[0]?.detail).toContain(status);
    }
  });

  test('a sender that is refused for now is no refusal of the recipients, whatever their pipelined replies say', async () => {
    await using far = await farSide({
      onMail: () => {
        throw reply('451 4.7.1 slow down');
      },
    });
    const mail = await send({ to: [`a@${far.domain}`, `b@${far.domain}`] });
    const left = await deferred(mail);
    expect(left.map(({ lastReply }) => lastReply)).toEqual(
      [0, 1].map(() => expect.stringMatching(/^4\.7\.1 .*slow down/)),
    );
  });

  test('§4.5.3.1.10: too many recipients for one transaction go in the next one', async () => {
    let inTransaction = 0;
    await using far = await farSide({
      onMail: () => {
        inTransaction = 0;
      },
      onRcpt: () => {
        if (++inTransaction > 2) throw reply('452 4.5.3 too many recipients');
      },
    });
    const mail = await sent({ to: ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@${far.domain}`) });
    expect(far.received.map(({ to }) => to.length)).toEqual([2, 2, 1]);
    expect(far.connections()).toBe(1);
    expect(await office.trace(mail)).toHaveLength(5);
  });

  test('over the far side’s SIZE: returned with 5.3.4 without being sent', async () => {
    await using far = await farSide({ options: { size: 2000 } });
    const mail = await sent({
      to: [`x@${far.domain}`],
      text: `Subject: x\r\n\r\n${'x'.repeat(900)}\r\n`.repeat(4),
    });
    expect(await office.trace(mail)).toMatchObject([
      { outcome: 'bounced', detail: expect.stringContaining('5.3.4') },
    ]);
    expect(far.received).toEqual([]);
  });
});

describe('the end of the lifetime', () => {
  test('a recipient that was tried in vain is given up at its time, with the last reply', async () => {
    await using far = await farSide({
      onRcpt: () => {
        throw reply('451 4.3.0 out of paper');
      },
    });
    const mail = await send({ to: [`x@${far.domain}`] });
    await deferred(mail);
    const connections = far.connections();
    await office.db.query({
      text: `update queue.mail set accepted_at = now() - interval '5761 minutes' where id = $1`,
      values: [mail],
    });
    await tryAgain(mail);
    await office.settled(mail);
    expect(far.connections()).toBe(connections);
    await eventually(async () => {
      const [notice] = await noticesIn(office, 'anna');
      expect(notice?.status[1]).toMatchObject({
        status: '5.4.7',
        'diagnostic-code': expect.stringContaining('out of paper'),
      });
    });
  });
});
