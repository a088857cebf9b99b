// Hostile input: nothing of it takes time or other people's sessions. What it takes of memory: see memory.test.ts.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { SESSION_TIMES, type SessionTimes } from '../src/server.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

/** Short times, for what is silent or slow on purpose only: a machine under load is neither. */
async function within(times: Partial<SessionTimes>, work: () => Promise<void>): Promise<void> {
  const before = { ...imap.server.times };
  Object.assign(imap.server.times, times);
  try {
    await work();
  } finally {
    Object.assign(imap.server.times, before);
  }
}

async function open(): Promise<{ socket: Socket; text: () => string; closed: Promise<unknown> }> {
  const socket = connect(imap.ports.imap, imap.host);
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text = (text + chunk.toString('latin1')).slice(-10_000)));
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  return { socket, text: () => text, closed };
}

/** Sends a chunk again and again until so many octets have gone or the server has closed; what the server sent. */
async function flood(chunk: Buffer, octets: number, first = ''): Promise<string> {
  const { socket, text, closed } = await open();
  socket.write(first);
  for (let sent = 0; sent < octets && !socket.destroyed; sent += chunk.length) {
    if (!socket.write(chunk))
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  socket.end();
  await closed;
  return text();
}

const target = (): { host: string; port: number } => ({ host: imap.host, port: imap.ports.imap });

describe('before log-in', () => {
  test('a line over the limit is BAD, and the session goes on', () =>
    imap.talk(`
      S: * OK *
      C: a LOGIN ${'x'.repeat(50_000)} y
      S: a BAD [TOOBIG] command line too long
      C: b NOOP
      S: b OK done
    `));

  test('RFC 7888: huge literals are refused at once and in step', () =>
    imap.talk(`
      S: * OK *
      C: a LOGIN {4294967296}
      S: a NO [TOOBIG] literal too large
      C: b LOGIN {99999999999999999999}
      S: b NO [TOOBIG] literal too large
      C!: "c LOGIN {50000+}\\r\\n${'x'.repeat(50_000)} y\\r\\nd NOOP\\r\\n"
      S: c BAD [TOOBIG] literal too large
      S: d OK done
      C: e NOOP {4294967296+}
      S: * BYE [TOOBIG] literal too large
      S: <close>
    `));

  test('a long line that announces a literal ends the connection: its octets would be commands', async () => {
    const text = await flood(Buffer.from(`a NOOP ${'x'.repeat(50_000)} {10+}\r\nb LOGOUT\r\n`), 1);
    expect(text).toMatch(/\* BYE \[TOOBIG\] command line too long\r\n$/);
  });

  test('half a command and silence, and half a literal end in time', () =>
    within({ commandMs: 300 }, async () => {
      for (const start of ['a LOG', 'a LOGIN {5}\r\nab']) {
        const { socket, text, closed } = await open();
        socket.write(start);
        await closed;
        expect(text()).toMatch(/\* BYE the client is silent\r\n$/);
      }
    }));

  test('the time from the connection to the log-in is limited, whatever is done meanwhile', () =>
    within({ loginMs: 500 }, async () => {
      for (const [chunk, pauseMs] of [
        ['', 50],
        ['a NOOP\r\n', 50],
        ['a NOOP\r\n'.repeat(1000), 5],
        ['a LOGIN x {40000}\r\n', 50],
      ] as const) {
        const { socket, text, closed } = await open();
        const drip = setInterval(() => socket.write(chunk), pauseMs);
        await closed;
        clearInterval(drip);
        expect(text()).toMatch(/\* BYE (the time is over|the client is silent)\r\n$/);
      }
    }));

  test('octet by octet is no way to hold a command', () =>
    within({ commandMs: 500 }, async () => {
      const { socket, text, closed } = await open();
      const drip = setInterval(() => socket.write('a'), 50);
      await closed;
      clearInterval(drip);
      expect(text()).toMatch(/\* BYE the client is silent\r\n$/);
    }));

  test('a line without end, and a chain of refused literals without end, end the connection', async () => {
    expect(await flood(Buffer.alloc(65_536, 'a'), 20_000_000)).toMatch(
      /\* BYE \[TOOBIG\] line too long\r\n$/,
    );
    const first = `a LOGIN {50000+}\r\n${'x'.repeat(50_000)}`;
    expect(await flood(Buffer.from(' {1+}\r\nx'.repeat(10_000)), 20_000_000, first)).toMatch(
      /\* BYE \[TOOBIG\] literal too large\r\n$/,
    );
  });

  test('RFC 2971 §3.3: ID with 30 fields of 1,024 octets', async () => {
    using client = await ImapClient.open(target());
    const fields = Array.from({ length: 30 }, (_, at) => `"field-${at}" "${'v'.repeat(1024)}"`);
    expect(await client.ok(`ID (${fields.join(' ')})`)).toEqual(['* ID ("name" "Pochtar")']);
  });

  test('octets of any kind are answered or refused, never the end of the process', async () => {
    const { socket, text, closed } = await open();
    for (let round = 0; round < 200; round++) {
      const octets = Buffer.from(Array.from({ length: 100 }, (_, at) => (round * 7919 + at * 104_729) % 256));
      socket.write(octets);
    }
    socket.write('\r\n');
    await closed;
    expect(text()).toContain('BAD');
    await imap.talk('S: * OK *\nC: a NOOP\nS: a OK done');
  });
});

describe('after log-in', () => {
  test('10,000 nested parentheses, huge sets and endless lists are BAD or cheap', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, 'Subject: x\r\n\r\n');
    using client = await ImapClient.inbox(target(), account);
    const nested = '('.repeat(10_000);
    for (const command of [
      `SEARCH ${nested}`,
      `FETCH 1 ${nested}`,
      `STORE 1 FLAGS ${nested}`,
      `LIST ${nested}`,
      `ID ${nested}`,
      `CREATE x ${nested}`,
      `SEARCH ${'NOT '.repeat(10_000)}ALL`,
      `FETCH 1 (${'UID '.repeat(1000)}UID)`,
      `STORE 1 FLAGS (${Array.from({ length: 1000 }, (_, at) => `k${at}`).join(' ')})`,
    ]) {
      expect((await client.command(command)).status).toBe('BAD');
    }
    expect(await client.ok('UID FETCH 1:4294967295 UID')).toEqual(['* 1 FETCH (UID 1)']);
    const many = Array.from({ length: 3000 }, (_, at) => `${at + 1}:4294967295`).join(',');
    expect(await client.ok(`UID FETCH ${many} UID`)).toEqual(['* 1 FETCH (UID 1)']);
    expect((await client.command(`FETCH ${many} UID`)).status).toBe('BAD');
    expect((await client.command('FETCH 1:4294967296 UID')).status).toBe('BAD');
  });

  test('RFC 9051 §5.4: the autologout', async () => {
    using client = await ImapClient.inbox(target(), await imap.newAccount());
    await within({ idleMs: 300 }, async () => {
      await client.ok('NOOP');
      expect(await client.line()).toBe('* BYE the client is silent');
    });
  });

  test('an IDLE that nobody ends', async () => {
    using client = await ImapClient.inbox(target(), await imap.newAccount());
    await within({ idleMs: 1500 }, async () => {
      client.socket.write('a IDLE\r\n');
      expect(await client.line()).toBe('+ idling');
      expect(await client.line()).toBe('* BYE idle for too long');
    });
  });

  test('a client that asks and does not read is cut off', async () => {
    const account = await imap.newAccount();
    // Taken when the connection is opened.
    Object.assign(imap.server.times, { stallMs: 500 });
    const body = 'x'.repeat(998);
    await imap.deliver(account, `Subject: x\r\n\r\n${`${body}\r\n`.repeat(8000)}`);
    using client = await ImapClient.inbox(target(), account);
    const isOpen = (): boolean =>
      [...imap.sessions].some((session) => session.account?.address === `${account}@demo.test`);
    Object.assign(imap.server.times, { stallMs: SESSION_TIMES.stallMs });
    expect(isOpen()).toBe(true);
    client.socket.pause();
    client.socket.write(Array.from({ length: 200 }, (_, at) => `b${at} FETCH 1 BODY.PEEK[]\r\n`).join(''));
    await eventually(() => !isOpen());
  });

  test('an APPEND that stops half-way gives its memory back', async () => {
    const { socket, text, closed } = await open();
    const account = await imap.newAccount();
    socket.write(`a LOGIN ${account} secret\r\n`);
    await eventually(() => text().includes('a OK'), { timeout: 30_000 });
    await within({ commandMs: 2000 }, async () => {
      socket.write('b APPEND INBOX {1000000+}\r\nhalf');
      await eventually(() => imap.server.memory.used === 4);
      await closed;
    });
    await eventually(() => imap.server.memory.used === 0);
  });

  test('many large APPENDs at once share bounded memory: the rest is spooled', async () => {
    const account = await imap.newAccount();
    const clients = await Promise.all(Array.from({ length: 8 }, () => ImapClient.inbox(target(), account)));
    const { memory: shared } = imap.server;
    Object.assign(shared, { limit: 2_000_000 });
    const message = `Subject: x\r\n\r\n${'y'.repeat(900_000)}`;
    await Promise.all(clients.map((client) => client.append('INBOX', message)));
    expect(await clients[0]?.ok('STATUS INBOX (MESSAGES)')).toContain('* STATUS INBOX (MESSAGES 8)');
    Object.assign(shared, { limit: 64 * 1024 * 1024 });
    for (const client of clients) client[Symbol.dispose]();
    expect(shared.used).toBe(0);
  });
});

test('more connections than limits.sessionsPerAddress are told to come later', async () => {
  await imap.set({ limits: { sessionsPerAddress: 2 }, network: { webmailAddresses: ['192.0.2.1'] } });
  const [one, two] = [await open(), await open()];
  await imap.talk(`
    S: * BYE [UNAVAILABLE] too many connections
    S: <close>
  `);
  one.socket.destroy();
  two.socket.destroy();
  await eventually(() => imap.talk('S: * OK *'));
  await imap.set({ limits: { sessionsPerAddress: 50 }, network: { webmailAddresses: ['127.0.0.0/8'] } });
});
