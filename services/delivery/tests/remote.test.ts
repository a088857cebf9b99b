// Mail to other servers: far sides that take it, refuse it, break off, or are not there.
import type { Socket } from 'node:net';
import { mailDeferred, queueDue } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FarSide, reply, type Script, startFarSide, startRawSide } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice, type RecipientRow, type TestMail } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(async () => {
  await office.db.query({ text: 'delete from store.message' });
});

let number = 0;
/** A domain of its own for each test: what one test learns of a far side is no other's business. */
const newDomain = (): string => `d${++number}.test`;

async function farSide(script: Script = {}): Promise<FarSide> {
  return startFarSide(office, newDomain(), script);
}

const byAnna = { reversePath: 'anna@demo.test', origin: 'submitted' } as const;

async function send(mail: TestMail): Promise<string> {
  return office.accept({ ...byAnna, ...mail });
}

async function sent(mail: TestMail): Promise<string> {
  const id = await send(mail);
  await office.settled(id);
  return id;
}

/** Until every recipient that is left waits for its next attempt. */
async function deferred(mail: string): Promise<RecipientRow[]> {
  return (await eventually(
    async () => {
      const rows = await office.recipients(mail);
      return (
        rows.length > 0 &&
        rows.every(({ lastReply, leaseOwner }) => lastReply !== null && leaseOwner === null) &&
        rows
      );
    },
    { timeout: 15_000 },
  )) as RecipientRow[];
}

async function tryAgain(mail: string): Promise<void> {
  await office.db.query({
    text: 'update queue.recipient set due_at = now() where mail_id = $1',
    values: [mail],
  });
  office.bus.emit(queueDue, {});
}

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
    expect((waiting?.dueAt as Date).getTime() % (30 * 60_000)).toBe(0);
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

describe('connections that break', () => {
  test('in the middle of the data: tried again later, and delivered', async () => {
    let isBroken = true;
    await using far = await farSide({
      onData: (_text, socket) => {
        if (isBroken) socket.destroy();
      },
    });
    const mail = await send({
      to: [`x@${far.domain}`],
      text: `Subject: x\r\n\r\n${'line\r\n'.repeat(10_000)}`,
    });
    const [waiting] = await deferred(mail);
    expect(waiting?.lastReply).toMatch(/^4\.4\.2/);
    isBroken = false;
    await tryAgain(mail);
    await office.settled(mail);
    expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed', attempts: 2 }]);
  });

  test('421 at any time ends the session and not the mail', async () => {
    let count = 0;
    await using far = await farSide({
      onRcpt: () => {
        if (++count === 1) throw reply('421 4.3.2 closing');
      },
    });
    const mail = await send({ to: [`x@${far.domain}`] });
    const [waiting] = await deferred(mail);
    expect(waiting?.lastReply).toContain('421 4.3.2 closing');
    await tryAgain(mail);
    await office.settled(mail);
    expect(far.received).toHaveLength(1);
  });

  test('nobody listens: 4.4.1, and what else is due there waits without another try', async () => {
    const domain = newDomain();
    office.dns.set(domain, 'MX', `10 mail.${domain}`);
    office.dns.set(`mail.${domain}`, 'A', '127.0.0.1');
    office.ports.set(domain, 1);
    const [first] = await deferred(await send({ to: [`x@${domain}`] }));
    expect(first?.lastReply).toMatch(/^4\.4\.1 .*ECONNREFUSED/);
    office.dns.queries.length = 0;
    await deferred(await send({ to: [`y@${domain}`] }));
    expect(office.dns.queries).toEqual([]);
  });

  test('a greeting that refuses is about the host: the next one is tried', async () => {
    await using far = await farSide();
    await using rude = await startRawSide(office, newDomain(), () => '554 5.7.1 not you');
    // The port belongs to the domain, so both hosts of the domain need addresses of their own.
    const domain = far.domain;
    office.dns.set(domain, 'MX', `10 gone.${domain}`, `20 mail.${domain}`);
    office.dns.set(`gone.${domain}`, 'A', '127.0.0.9');
    await sent({ to: [`x@${domain}`] });
    expect(far.received).toHaveLength(1);
    const [waiting] = await deferred(await send({ to: [`x@d${number}.test`] }));
    expect(waiting?.lastReply).toContain('554 5.7.1 not you');
    expect(rude.connections()).toBe(1);
  });
});

describe('TLS between servers is opportunistic', () => {
  test('a handshake that fails is followed by a new connection without', async () => {
    await using far = await startRawSide(office, newDomain(), plainAfterBrokenTls);
    await sent({ to: [`x@d${number}.test`] });
    expect(far.connections()).toBe(2);
    expect(far.lines.filter((line) => line === 'STARTTLS')).toHaveLength(1);
    expect(far.lines).toContain('DATA');
  });

  test('STARTTLS that is offered and refused: the session goes on without', async () => {
    await using far = await startRawSide(office, newDomain(), (line) =>
      line === 'STARTTLS' ? '454 4.7.0 not now' : plainSide(line, '250-raw\r\n250 STARTTLS'),
    );
    await sent({ to: [`x@d${number}.test`] });
    expect(far.connections()).toBe(1);
    expect(far.lines).toContain('DATA');
  });
});

function plainAfterBrokenTls(line: string, socket: Socket): string | undefined {
  if (line === 'STARTTLS') {
    socket.removeAllListeners('data');
    socket.once('data', () => socket.write('this is no TLS record at all\r\n'));
    return '220 go ahead';
  }
  return plainSide(line, '250-raw\r\n250 STARTTLS');
}

function plainSide(line: string, ehlo = '250 raw'): string | undefined {
  if (line === '(connected)') return '220 raw ESMTP';
  if (line.startsWith('EHLO')) return ehlo;
  if (/^(?:MAIL|RCPT|RSET)/.test(line)) return '250 ok';
  if (line === 'DATA') return '354 go';
  if (line === '.') return '250 taken';
  return line === 'QUIT' ? '221 bye' : undefined;
}

describe('extensions', () => {
  test('RFC 3461 §5.2.1: DSN parameters go on where they are offered, and then no notice of ours', async () => {
    await using far = await farSide();
    const to = [
      { address: `x@${far.domain}`, notify: 'SUCCESS,FAILURE', originalRecipient: 'rfc822;x+2By@d' },
    ];
    await sent({ to, dsnReturn: 'HDRS', dsnEnvelopeId: 'a+2Bb' });
    expect(far.received[0]?.parameters).toMatchObject({
      mail: { RET: 'HDRS', ENVID: 'a+b' },
      rcpt: [{ NOTIFY: 'SUCCESS,FAILURE', ORCPT: 'rfc822;x+y@d' }],
    });
    expect(await office.messages('anna')).toEqual([]);
  });

  test('RFC 3461 §5.2.2: where they are not, NOTIFY=SUCCESS is answered with "relayed"', async () => {
    await using far = await farSide({ options: { hideDSN: true } });
    await sent({ to: [{ address: `x@${far.domain}`, notify: 'SUCCESS' }] });
    expect(far.received[0]?.parameters.rcpt).toEqual([{}]);
    await eventually(async () => {
      expect((await noticesIn(office, 'anna'))[0]?.status[1]).toMatchObject({
        action: 'relayed',
        status: '2.1.9',
      });
    });
  });

  test('RFC 6152: 8-bit content is declared where it is taken, and returned with 5.6.3 where it is not', async () => {
    const text = Buffer.from('Subject: x\r\n\r\n\xe9\r\n', 'latin1');
    await using takes = await farSide();
    await sent({ to: [`x@${takes.domain}`], text, body: '8BITMIME' });
    expect(takes.received[0]?.parameters.mail).toMatchObject({ BODY: '8BITMIME' });
    expect(takes.received[0]?.text).toContain('\xe9');
    await using refuses = await farSide({ options: { hide8BITMIME: true } });
    const mail = await sent({ to: [`x@${refuses.domain}`], text });
    expect(await office.trace(mail)).toMatchObject([
      { outcome: 'bounced', detail: expect.stringContaining('5.6.3') },
    ]);
    await sent({ to: [`x@${refuses.domain}`] });
    expect(refuses.received).toHaveLength(1);
  });

  test('RFC 6531: UTF-8 addresses and headers go only where SMTPUTF8 is offered, else 5.6.7', async () => {
    await using takes = await farSide();
    await sent({ to: [`ящик@${takes.domain}`], smtpUtf8: true });
    expect(takes.received[0]).toMatchObject({
      to: [`ящик@${takes.domain}`],
      parameters: { mail: { SMTPUTF8: true } },
    });
    await sent({ to: [`x@${takes.domain}`], smtpUtf8: true, text: Buffer.from('Subject: тема\r\n\r\n') });
    expect(takes.received[1]?.parameters.mail).toMatchObject({ SMTPUTF8: true });
    await using refuses = await farSide({ options: { hideSMTPUTF8: true } });
    const mail = await sent({ to: [`ящик@${refuses.domain}`, `ascii@${refuses.domain}`], smtpUtf8: true });
    expect(await office.trace(mail)).toMatchObject([
      { recipient: `ascii@${refuses.domain}`, outcome: 'relayed' },
      { recipient: `ящик@${refuses.domain}`, outcome: 'bounced', detail: expect.stringContaining('5.6.7') },
    ]);
    const header = await sent({
      to: [`x@${refuses.domain}`],
      smtpUtf8: true,
      text: Buffer.from('Subject: тема\r\n\r\n'),
    });
    expect((await office.trace(header))[0]?.detail).toContain('5.6.7');
  });
});

describe('RFC 5321 §5.1: finding the far side', () => {
  test('RFC 7505: a null MX takes no mail, 5.1.10', async () => {
    const domain = newDomain();
    office.dns.set(domain, 'MX', '0 .');
    const mail = await sent({ to: [`x@${domain}`] });
    expect((await office.trace(mail))[0]?.detail).toMatch(/^5\.1\.10/);
  });

  test('without MX the domain itself is the host', async () => {
    await using far = await farSide();
    office.dns.set(far.domain, 'MX');
    office.dns.set(far.domain, 'A', '127.0.0.1');
    await sent({ to: [`x@${far.domain}`] });
    expect(far.received).toHaveLength(1);
  });

  test('a domain that does not exist is 5.1.2; a DNS that does not answer is 4.4.3', async () => {
    const mail = await sent({ to: [`x@${newDomain()}`] });
    expect((await office.trace(mail))[0]?.detail).toMatch(/^5\.1\.2/);
    const domain = newDomain();
    office.dns.fail(domain, 'SERVFAIL');
    const [waiting] = await deferred(await send({ to: [`x@${domain}`] }));
    expect(waiting?.lastReply).toMatch(/^4\.4\.3/);
  });

  test('a domain whose best host is this server, which does not serve it, is a loop: 5.4.6', async () => {
    const domain = newDomain();
    office.dns.set(domain, 'MX', '10 mx.demo.test', '20 other.test');
    const mail = await sent({ to: [`x@${domain}`] });
    expect((await office.trace(mail))[0]?.detail).toMatch(/^5\.4\.6/);
  });

  test('an address literal is its own host', async () => {
    await using far = await farSide();
    office.ports.set('[127.0.0.1]', office.ports.get(far.domain) as number);
    await sent({ to: ['x@[127.0.0.1]'] });
    expect(far.received[0]?.to).toEqual(['x@[127.0.0.1]']);
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
