// Hostile and slow far sides, over real sockets; and that the internals of the library are as smtp-session.ts uses them.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { dial } from './dial.ts';
import { SessionFailed, type SessionOptions, SmtpSession, type Transmission } from './smtp-session.ts';

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
});

type Respond = (line: string, socket: Socket) => string | undefined;

async function serve(respond: Respond, lines: string[] = []): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const say = (line: string): void => {
      const said = respond(line, socket);
      if (said !== undefined) socket.write(`${said}\r\n`);
    };
    let rest = '';
    socket.on('data', (data) => {
      const parts = (rest + data.toString('latin1')).split('\r\n');
      rest = parts.pop() as string;
      for (const line of parts) {
        lines.push(line);
        say(line);
      }
    });
    say('(connected)');
  });
  servers.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server that does as it should, in plain text. */
const decent: Respond = (line) => {
  if (line === '(connected)') return '220 ready';
  if (line.startsWith('EHLO'))
    return '250-host\r\n250-DSN\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 1000000';
  if (/^(?:MAIL|RCPT|RSET)/.test(line)) return '250 2.1.0 ok';
  if (line === 'DATA') return '354 go';
  return line === '.' ? '250 2.0.0 taken' : undefined;
};

async function open(port: number, timeouts: SessionOptions['timeouts'] = {}): Promise<SmtpSession> {
  const { signal } = new AbortController();
  const socket = await dial('127.0.0.1', port, 1000, signal);
  return SmtpSession.open(socket, {
    host: 'mx.test',
    heloName: 'us.test',
    tls: null,
    auth: null,
    signal,
    timeouts,
  });
}

async function* text(body: string): AsyncGenerator<Buffer> {
  yield Buffer.from(body);
}

function transmission(more: Partial<Transmission> = {}): Transmission {
  return {
    from: 'a@us.test',
    to: ['x@mx.test', 'y@mx.test'],
    size: 20,
    mailParameters: [],
    recipientParameters: () => [],
    body: text('Subject: x\r\n\r\nbody\r\n'),
    ...more,
  };
}

test('parameters of MAIL and of each RCPT are said as given, and once', async () => {
  const lines: string[] = [];
  const session = await open(await serve(decent, lines));
  expect(session.offers('DSN')).toBe(true);
  expect(session.offers('PIPELINING')).toBe(false);
  const replies = await session.send(
    transmission({
      to: ['x@mx.test', 'ящик@mx.test'],
      mailParameters: ['BODY=8BITMIME', 'SMTPUTF8', 'RET=HDRS'],
      recipientParameters: (address) =>
        address === 'x@mx.test' ? ['NOTIFY=NEVER', 'ORCPT=rfc822;a+2Bb'] : [],
    }),
  );
  expect([...replies.values()].map(({ code }) => code)).toEqual([250, 250]);
  expect(lines.map((line) => Buffer.from(line, 'latin1').toString('utf8'))).toEqual(
    expect.arrayContaining([
      'MAIL FROM:<a@us.test> SMTPUTF8 SIZE=20 BODY=8BITMIME RET=HDRS',
      'RCPT TO:<x@mx.test> NOTIFY=NEVER ORCPT=rfc822;a+2Bb',
      'RCPT TO:<ящик@mx.test>',
    ]),
  );
  session.close();
});

test('RFC 5321 §4.5.2: a dot in front of a line is doubled, a missing line end is added', async () => {
  const lines: string[] = [];
  const session = await open(await serve(decent, lines));
  await session.send(transmission({ body: text('Subject: x\r\n\r\n.\r\n..\r\nend') }));
  expect(lines.slice(lines.indexOf('DATA') + 1)).toEqual(['Subject: x', '', '..', '...', 'end', '.']);
  session.close();
});

test('after a refused transaction the session is reset and goes on', async () => {
  const lines: string[] = [];
  let isRefusing = true;
  const port = await serve(
    (line, socket) => (line === '.' && isRefusing ? '554 5.6.0 no' : decent(line, socket)),
    lines,
  );
  const session = await open(port);
  expect([...(await session.send(transmission())).values()].map(({ enhanced }) => enhanced)).toEqual([
    '5.6.0',
    '5.6.0',
  ]);
  isRefusing = false;
  expect([...(await session.send(transmission())).values()].map(({ code }) => code)).toEqual([250, 250]);
  expect(lines).toContain('RSET');
  session.close();
});

test('a far side that hangs up in the middle of recipients: who was refused stays refused', async () => {
  const port = await serve((line, socket) => {
    if (line.startsWith('RCPT TO:<x@')) return '550 5.1.1 no';
    if (line.startsWith('RCPT')) socket.destroy();
    return decent(line, socket);
  });
  const session = await open(port);
  const failure = await session.send(transmission()).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SessionFailed);
  expect([...(failure as SessionFailed).refused]).toMatchObject([
    ['x@mx.test', { code: 550, enhanced: '5.1.1' }],
  ]);
  expect(session.isOpen).toBe(false);
});

test('a body that breaks off never ends as a whole mail', async () => {
  const lines: string[] = [];
  const session = await open(await serve(decent, lines));
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from('Subject: x\r\n\r\nhalf\r\n');
    await Promise.resolve();
    throw new Error('the disk is gone');
  }
  await expect(session.send(transmission({ body: broken() }))).rejects.toThrow('the disk is gone');
  expect(session.isOpen).toBe(false);
  expect(lines).not.toContain('.');
});

test('silence after a command ends the session within its time', async () => {
  const port = await serve((line, socket) => (line.startsWith('RCPT') ? undefined : decent(line, socket)));
  const session = await open(port, { commandMs: 200 });
  await expect(session.send(transmission())).rejects.toThrow(/timeout/i);
});

test('a reply that trickles for ever ends with the time of the transaction', async () => {
  const timers: NodeJS.Timeout[] = [];
  const port = await serve((line, socket) => {
    if (!line.startsWith('RCPT')) return decent(line, socket);
    timers.push(setInterval(() => socket.write('2'), 20));
    return undefined;
  });
  const session = await open(port, { transactionMs: 300 });
  await expect(session.send(transmission())).rejects.toThrow(/not done within/);
  for (const timer of timers) clearInterval(timer);
});

test('a greeting without end, or without a line, is not waited for', async () => {
  const endless = await serve((line, socket) => {
    if (line === '(connected)') socket.write('220-'.padEnd(2_000_000, 'x'));
    return undefined;
  });
  await expect(open(endless)).rejects.toThrow(/size/);
  const silent = await serve(() => undefined);
  await expect(open(silent, { connectMs: 200 })).rejects.toThrow(/never received|timeout/i);
});

test('control characters in an address cannot add a command', async () => {
  const lines: string[] = [];
  const session = await open(await serve(decent, lines));
  const replies = await session.send(transmission({ to: ['x@mx.test\r\nRCPT TO:<z@mx.test'] }));
  expect([...replies.values()]).toMatchObject([{ code: 553, enhanced: '5.1.3' }]);
  expect(lines.some((line) => line.includes('z@mx.test'))).toBe(false);
  session.close();
});

test('stopping ends the session at once', async () => {
  const stopping = new AbortController();
  const port = await serve((line, socket) => (line.startsWith('RCPT') ? undefined : decent(line, socket)));
  const socket = await dial('127.0.0.1', port, 1000, stopping.signal);
  const options = { host: 'mx.test', heloName: 'us.test', tls: null, auth: null, signal: stopping.signal };
  const session = await SmtpSession.open(socket, options);
  const sending = session.send(transmission());
  stopping.abort();
  await expect(sending).rejects.toBeInstanceOf(SessionFailed);
});
