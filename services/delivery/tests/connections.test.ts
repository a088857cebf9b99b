// Finding other servers, and connections to them that break or cannot be secured.
import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reply, startRawSide } from './far-side.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

let office: PostOffice;
let { newDomain, farSide, send, sent, deferred, tryAgain } = {} as Sending;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  ({ newDomain, farSide, send, sent, deferred, tryAgain } = sending(office));
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(() => office.clearMailboxes());

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

describe('hosts of our own network', () => {
  test('are no far sides: a literal, and an MX that leads there, are 5.4.4 and nobody is connected to', async () => {
    const own = await openPostOffice();
    await using _own = own;
    await using _delivery = await own.startDelivery({ POCHTAR_REMOTE_NETWORKS: '' });
    const elsewhere = sending(own);
    await using far = await elsewhere.farSide();
    own.ports.set('[127.0.0.1]', own.ports.get(far.domain) as number);
    for (const domain of [far.domain, '[127.0.0.1]']) {
      const mail = await elsewhere.sent({ to: [`x@${domain}`] });
      expect((await own.trace(mail))[0]).toMatchObject({
        outcome: 'bounced',
        detail: expect.stringMatching(/^5\.4\.4 .*127\.0\.0\.1\] is not an address of the public internet/),
      });
    }
    expect(far.connections()).toBe(0);
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

  test('nobody listens: 4.4.1; what comes next waits for the next probe without a try of its own', async () => {
    const domain = newDomain();
    office.dns.set(domain, 'MX', `10 mail.${domain}`);
    office.dns.set(`mail.${domain}`, 'A', '127.0.0.1');
    office.ports.set(domain, 1);
    const [first] = await deferred(await send({ to: [`x@${domain}`] }));
    expect(first?.lastReply).toMatch(/^4\.4\.1 .*ECONNREFUSED/);
    office.dns.queries.length = 0;
    const again = await send({ to: [`y@${domain}`] });
    await sent({ to: ['anna@demo.test'] });
    expect(await office.recipients(again)).toMatchObject([{ attempt: 0, leaseOwner: null, lastReply: null }]);
    expect(office.dns.queries.filter((asked) => asked.includes(domain))).toEqual([]);
  });

  test('a greeting that refuses is about the host: the mail waits, and is not returned', async () => {
    const domain = newDomain();
    await using rude = await startRawSide(office, domain, () => '554 5.7.1 not you');
    const [waiting] = await deferred(await send({ to: [`x@${domain}`] }));
    expect(waiting?.lastReply).toMatch(/^4\.4\.0 .*554 5\.7\.1 not you/);
    expect(rude.connections()).toBe(1);
  });

  test('RFC 5321 §5.1: a host that is not there is followed by the next one', async () => {
    await using far = await farSide();
    const { domain } = far;
    office.dns.set(domain, 'MX', `10 gone.${domain}`, `20 mail.${domain}`);
    office.dns.set(`gone.${domain}`, 'A', '127.0.0.9');
    await sent({ to: [`x@${domain}`] });
    expect(far.received).toHaveLength(1);
  });

  test('RFC 5321 §5.1: a backup host is tried however many addresses of the first one are dead', async () => {
    await using far = await farSide();
    const { domain } = far;
    office.dns.set(domain, 'MX', `10 gone.${domain}`, `20 mail.${domain}`);
    office.dns.set(
      `gone.${domain}`,
      'A',
      ...Array.from({ length: 30 }, (_, number) => `127.0.1.${number + 1}`),
    );
    await sent({ to: [`x@${domain}`] });
    expect(far.received).toHaveLength(1);
  });
});

describe('TLS between servers is opportunistic', () => {
  test('a handshake that fails is followed by a new connection without', async () => {
    const domain = newDomain();
    await using far = await startRawSide(office, domain, plainAfterBrokenTls);
    await sent({ to: [`x@${domain}`] });
    expect(far.connections()).toBe(2);
    expect(far.lines.filter((line) => line === 'STARTTLS')).toHaveLength(1);
    expect(far.lines).toContain('DATA');
  });

  test('STARTTLS that is offered and refused: the session goes on without', async () => {
    const domain = newDomain();
    await using far = await startRawSide(office, domain, (line) =>
      line === 'STARTTLS' ? '454 4.7.0 not now' : plainSide(line, '250-raw\r\n250 STARTTLS'),
    );
    await sent({ to: [`x@${domain}`] });
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
