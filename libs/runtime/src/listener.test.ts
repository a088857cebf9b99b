import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { certificatePem, freePort, keyPem } from '@pochtar/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { acceptTls } from './accept-tls.ts';
import {
  listenHosts,
  Listeners,
  type IncomingConnection,
  type ListenersOptions,
  networkSet,
} from './listener.ts';
import { silentLogger } from './log.ts';
import { holderWords, portHolders } from './port-holder.ts';
import { TlsContexts } from './tls.ts';

const host = '127.0.0.1';
const opened: AsyncDisposable[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

function contexts(): TlsContexts {
  const tls = new TlsContexts();
  tls.replace([{ id: 'a', chainPem: certificatePem, keyPem }], {
    certificateId: 'a',
    minTlsVersion: 'TLSv1.2',
    dhBits: 2048,
  });
  return tls;
}

/** Starts a program of its own that listens; returns what it says. It ends with the test. */
async function startProgram(port: number, database: string): Promise<string> {
  const program = new URL('../tests/listening-program.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, String(port)], {
    env: { POCHTAR_POSTGRES_URL: database },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  opened.push({
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.stdin.end();
      await once(child, 'exit');
    },
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return text.toString();
}

/** Listeners that greet with the client's address and then echo. */
function echo(options: Partial<ListenersOptions> = {}): Listeners {
  const listeners = new Listeners({
    log: silentLogger(),
    tls: contexts(),
    onConnection: ({ socket, clientAddress }: IncomingConnection) => {
      socket.on('error', () => {});
      socket.write(`hello ${clientAddress}\n`);
      socket.pipe(socket);
    },
    ...options,
  });
  opened.push(listeners);
  return listeners;
}

async function open(port: number, say = ''): Promise<Socket> {
  const socket = connect(port, host);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(say);
  return socket;
}

async function line(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.endsWith('\n')) break;
  }
  return text.trimEnd();
}

async function refused(port: number): Promise<boolean> {
  const socket = connect(port, host);
  return new Promise((resolve) => {
    socket.once('error', () => resolve(true));
    socket.once('connect', () => resolve(false)).once('connect', () => socket.destroy());
  });
}

describe('listeners follow what is wanted', () => {
  test('a moved port opens, the old one closes, and its session goes on', async () => {
    const listeners = echo();
    const [before, after] = [await freePort(), await freePort()];
    await listeners.reconcile([{ host, port: before, tls: false }]);
    const session = await open(before);
    expect(await line(session)).toBe('hello 127.0.0.1');
    await listeners.reconcile([{ host, port: after, tls: false }]);
    expect(await line(await open(after))).toBe('hello 127.0.0.1');
    expect(await refused(before)).toBe(true);
    session.write('still here\n');
    expect(await line(session)).toBe('still here');
  });

  test('a port that a stranger holds is an error that names him, and nothing old is closed', async () => {
    const stranger = spawn(
      process.execPath,
      [
        '-e',
        `require('net').createServer().listen({host: '${host}', port: 0, reusePort: true}, function () { console.log(this.address().port) })`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const [printed] = (await once(stranger.stdout, 'data')) as [Buffer];
      const taken = Number(printed);
      const listeners = echo();
      const port = await freePort();
      await listeners.reconcile([{ host, port, tls: false }]);
      await expect(listeners.reconcile([{ host, port: taken, tls: false }])).rejects.toThrow(
        new RegExp(`port ${taken} on ${host} is held by ".*createServer.*" \\(process ${stranger.pid}\\)`),
      );
      expect(await line(await open(port))).toBe('hello 127.0.0.1');
    } finally {
      stranger.kill();
    }
  });

  test('replicas share a port', async () => {
    const [first, second] = [echo(), echo()];
    const port = await freePort();
    await Promise.all([
      first.reconcile([{ host, port, tls: false }]),
      second.reconcile([{ host, port, tls: false }]),
    ]);
    expect([first.addresses[0]?.port, second.addresses[0]?.port]).toEqual([port, port]);
  });

  test('replicas of one installation share a port, those of another one are refused', async () => {
    const port = await freePort();
    const one = 'postgres://pochtar_smtp@127.0.0.1:5001/pochtar';
    const other = 'postgres://pochtar_smtp@127.0.0.1:5002/pochtar';
    expect(await startProgram(port, one)).toBe('listening\n');
    expect(await startProgram(port, one)).toBe('listening\n');
    expect(await startProgram(port, other)).toMatch(
      new RegExp(`port ${port} .* is held by .*listening-program`),
    );
  });

  test('what can be opened is open although something else cannot', async () => {
    const listeners = echo();
    const port = await freePort();
    const wanted = [
      { host: '192.0.2.77', port, tls: false },
      { host, port, tls: false },
    ];
    await expect(listeners.reconcile(wanted)).rejects.toThrow(
      /192\.0\.2\.77: this machine has no such address/,
    );
    expect(await line(await open(port))).toBe('hello 127.0.0.1');
  });

  test('empty interfaces mean everything; an unknown interface is marked, beside the others', () => {
    expect(['::', '0.0.0.0']).toContain(listenHosts([])[0]?.host);
    expect(listenHosts(['lo', 'eth77', '192.0.2.1'])).toEqual(
      expect.arrayContaining([
        { host: '127.0.0.1' },
        { host: '192.0.2.1' },
        { host: 'eth77', isMissing: true },
      ]),
    );
  });

  test('a missing interface is named, and what is there is opened: at the first start, too', async () => {
    const listeners = echo();
    const port = await freePort();
    const wanted = listenHosts(['127.0.0.1', 'eth77']).map((one) => ({ ...one, port, tls: false }));
    await expect(listeners.reconcile(wanted)).rejects.toThrow(/no interface eth77/);
    expect(await line(await open(port))).toBe('hello 127.0.0.1');
  });
});

describe('what is not wanted any more is closed, whatever else fails', () => {
  const eth77 = { host: 'eth77', isMissing: true };

  test('a missing interface keeps no port open that was switched off', async () => {
    const listeners = echo();
    const [plain, first] = [await freePort(), await freePort()];
    const wanted = [host, eth77].flatMap((place) => {
      const at = typeof place === 'string' ? { host: place } : place;
      return [
        { ...at, port: plain, tls: false, protocol: 'imap' },
        { ...at, port: first, tls: true, protocol: 'imaps' },
      ];
    });
    await expect(listeners.reconcile(wanted)).rejects.toThrow(/no interface eth77/);
    expect(await refused(first)).toBe(false);
    const without = wanted.filter(({ tls }) => !tls);
    await expect(listeners.reconcile(without)).rejects.toThrow(/no interface eth77/);
    expect(await refused(first)).toBe(true);
    expect(await line(await open(plain))).toBe('hello 127.0.0.1');
  });

  test('nor does an interface that was missing before keep an address open that was taken off the list', async () => {
    const listeners = echo();
    const port = await freePort();
    const [one, two] = [
      { host, port, tls: false },
      { host: '127.0.0.2', port, tls: false },
    ];
    const missing = { ...eth77, port, tls: false };
    await expect(listeners.reconcile([one, two, missing])).rejects.toThrow(/no interface eth77/);
    await expect(listeners.reconcile([two, missing])).rejects.toThrow(/no interface eth77/);
    expect(await refused(port)).toBe(true);
    expect(listeners.addresses.map(({ address }) => address)).toEqual(['127.0.0.2']);
  });

  test('what moves stays where it was until it is open at its new place, however often that is tried', async () => {
    const listeners = echo();
    const [before, after, other] = [await freePort(), await freePort(), await freePort()];
    const at = (port: number) => ({ host, port, tls: false, protocol: 'imap' });
    const elsewhere = { host, port: other, tls: false, protocol: 'submission' };
    await listeners.reconcile([at(before), elsewhere]);
    const shut = { ...at(after), host: '192.0.2.77' };
    for (let time = 0; time < 2; time++) {
      await expect(listeners.reconcile([shut])).rejects.toThrow(/no such address/);
      expect([await refused(before), await refused(other)]).toEqual([false, true]);
    }
    await listeners.reconcile([at(after)]);
    expect([await refused(before), await refused(after)]).toEqual([true, false]);
  });
});

describe('connections', () => {
  test('strangers leave a share to those who have logged in, there or before from the same address', async () => {
    const known: (() => void)[] = [];
    const listeners = echo({
      limits: () => ({ perAddress: 100, total: 20 }),
      refusal: () => 'full\n',
      isTrustedProxy: () => true,
      onConnection: (connection) => {
        connection.socket.on('error', () => {});
        connection.socket.write('hello\n');
        known.push(connection.known);
      },
    });
    const port = await freePort();
    await listeners.reconcile([{ host, port, tls: false }]);
    const from = async (address: string): Promise<string> =>
      line(await open(port, `PROXY TCP4 ${address} 192.0.2.250 1 2\r\n`));
    for (let count = 101; count <= 116; count++) expect(await from(`192.0.2.${count}`)).toBe('hello');
    expect(await from('192.0.2.9')).toBe('full');
    // The third one logs in: there is room for one more stranger, and its address may come again.
    known[2]?.();
    expect(await from('192.0.2.9')).toBe('hello');
    expect(await from('192.0.2.10')).toBe('full');
    expect(await from('192.0.2.103')).toBe('hello');
  });

  test('a log-in at an address that hides its clients vouches for nobody else there', async () => {
    const hidden = new Set<string>();
    const known: (() => void)[] = [];
    const listeners = echo({
      limits: () => ({ perAddress: 100, total: 20 }),
      refusal: () => 'full\n',
      isTrustedProxy: () => true,
      isHidden: (address) => hidden.has(address),
      onConnection: (connection) => {
        connection.socket.on('error', () => {});
        connection.socket.write('hello\n');
        known.push(connection.known);
      },
    });
    const port = await freePort();
    await listeners.reconcile([{ host, port, tls: false }]);
    const from = async (address: string): Promise<string> =>
      line(await open(port, `PROXY TCP4 ${address} 192.0.2.250 1 2\r\n`));
    // It was known before it was found to hide others; what is learnt of it since counts no more either.
    expect(await from('10.0.0.1')).toBe('hello');
    known[0]?.();
    hidden.add('10.0.0.1');
    expect(await from('10.0.0.1')).toBe('hello');
    known[1]?.();
    for (let count = 1; count <= 16; count++) expect(await from('10.0.0.1')).toBe('hello');
    expect(await from('10.0.0.1')).toBe('full');
    hidden.clear();
    expect(await from('10.0.0.1')).toBe('hello');
  });

  test('one IPv6 /64 is one client', async () => {
    const listeners = echo({
      limits: () => ({ perAddress: 2, total: 100 }),
      refusal: () => 'too many\n',
      isTrustedProxy: () => true,
    });
    const port = await freePort();
    await listeners.reconcile([{ host, port, tls: false }]);
    const from = async (address: string): Promise<string> =>
      line(await open(port, `PROXY TCP6 ${address} 2001:db8::9 1 2\r\n`));
    expect(await from('2001:db8:1:1::1')).toMatch(/^hello/);
    expect(await from('2001:db8:1:1::2')).toMatch(/^hello/);
    expect(await from('2001:db8:1:1:f::3')).toBe('too many');
    expect(await from('2001:db8:1:2::1')).toMatch(/^hello/);
  });

  test('implicit TLS is handed over when the handshake is done', async () => {
    const listeners = echo();
    await listeners.reconcile([{ host, port: 0, tls: true }]);
    const { port } = listeners.addresses[0] as AddressInfo;
    const client = connectTls({ host, port, servername: 'mail.example.org', ca: certificatePem });
    sockets.push(client);
    expect(await line(client)).toBe('hello 127.0.0.1');
    expect(client.authorized).toBe(true);
  });

  test('bytes that are no handshake end the connection', async () => {
    const listeners = echo();
    await listeners.reconcile([{ host, port: 0, tls: true }]);
    const client = await open(listeners.addresses[0]?.port ?? 0, 'a001 NOOP\r\n\r\n\r\n');
    client.resume();
    await once(client, 'close');
    expect(listeners.connections).toBe(0);
  });

  test('STARTTLS: the plain session is upgraded in place', async () => {
    const listeners = echo({
      onConnection: ({ socket }) => {
        socket.once('data', () => {
          socket.write('go\n');
          void acceptTls(socket, contexts()).then((secured) => secured.end('secret\n'));
        });
      },
    });
    await listeners.reconcile([{ host, port: 0, tls: false }]);
    const socket = await open(listeners.addresses[0]?.port ?? 0, 'STARTTLS\n');
    expect(await line(socket)).toBe('go');
    const client = connectTls({ socket, servername: 'localhost', ca: certificatePem });
    expect(await line(client)).toBe('secret');
  });

  test('over a limit the client is told and closed; an end makes room; exempt addresses are not counted', async () => {
    let exempt = false;
    const listeners = echo({
      limits: () => ({ perAddress: 1, total: 3 }),
      isExempt: () => exempt,
      refusal: (over) => `too many: ${over}\n`,
    });
    await listeners.reconcile([{ host, port: 0, tls: false }]);
    const port = listeners.addresses[0]?.port ?? 0;
    const first = await open(port);
    expect(await line(first)).toBe('hello 127.0.0.1');
    expect(await line(await open(port))).toBe('too many: perAddress');
    exempt = true;
    expect(await line(await open(port))).toBe('hello 127.0.0.1');
    await open(port);
    expect(await line(await open(port))).toBe('too many: total');
  });

  test('a trusted balancer says who the client is; what follows its header is not lost', async () => {
    const listeners = echo({ isTrustedProxy: networkSet(['127.0.0.0/8']) });
    await listeners.reconcile([
      { host, port: 0, tls: false },
      { host, port: 0, tls: true },
    ]);
    const [plain, implicit] = listeners.addresses.map(({ port }) => port) as [number, number];
    const client = await open(plain, 'PROXY TCP4 192.0.2.9 127.0.0.1 5 143\r\nfirst\n');
    expect(await line(client)).toBe('hello 192.0.2.9\nfirst');
    const socket = await open(implicit, 'PROXY TCP6 2001:db8::9 ::1 5 993\r\n');
    const secured = connectTls({ socket, servername: 'localhost', ca: certificatePem });
    expect(await line(secured)).toBe('hello 2001:db8::9');
    const stranger = await open(plain, 'a001 NOOP\r\n');
    stranger.resume();
    await once(stranger, 'close');
  });

  test('where the client speaks first, a balancer without a header speaks for itself, and one with it does not', async () => {
    const listeners = echo({ isTrustedProxy: networkSet(['127.0.0.0/8']), isProxyHeaderOptional: true });
    await listeners.reconcile([
      { host, port: 0, tls: false },
      { host, port: 0, tls: true },
    ]);
    const [plain, implicit] = listeners.addresses.map(({ port }) => port) as [number, number];
    expect(await line(await open(plain, 'POST /\n'))).toBe('hello 127.0.0.1\nPOST /');
    expect(await line(await open(plain, 'PROXY TCP4 192.0.2.9 127.0.0.1 5 80\r\nGET /\n'))).toBe(
      'hello 192.0.2.9\nGET /',
    );
    const secured = connectTls({ socket: await open(implicit), servername: 'localhost', ca: certificatePem });
    expect(await line(secured)).toBe('hello 127.0.0.1');
    const malformed = await open(plain, 'PROXY TCP4 nobody\r\n');
    malformed.resume();
    await once(malformed, 'close');
  });
});

test('networks: IPv4-mapped addresses are IPv4', () => {
  const isMember = networkSet(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7']);
  expect(['192.0.2.200', '::ffff:192.0.2.1', '2001:db8:1::1', '198.51.100.7'].every(isMember)).toBe(true);
  expect(['192.0.3.1', '2001:db9::1', '198.51.100.8', 'nonsense', ''].some(isMember)).toBe(false);
});

test('the holder of a port is found, and only for addresses in its way', async () => {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await portHolders(host, port)).toMatchObject([{ pid: process.pid }]);
  expect(await portHolders('0.0.0.0', port)).toHaveLength(1);
  expect(await portHolders('127.0.0.2', port)).toEqual([]);
  server.close();
});

test('a holder that cannot be seen is told by the name of its user, with why and what shows it', async () => {
  const words = await holderWords({ pid: null, command: '', uid: 0 }, 110);
  expect(words.ru).toMatch(
    /^процесс пользователя root \(чужие процессы отсюда не видны; .*ss -ltnp 'sport = :110'\)$/,
  );
  expect(words.en).toMatch(/^a process of user root \(.* sudo ss -ltnp 'sport = :110' shows it\)$/);
  // A user of a container has no name here.
  expect((await holderWords({ pid: null, command: '', uid: 4_000_123 }, 110)).en).toContain('user 4000123 (');
  const seen = await holderWords({ pid: 812, command: 'nginx: master process', uid: 0 }, 110);
  expect(seen.ru).toBe('«nginx: master process» (процесс 812)');
});
