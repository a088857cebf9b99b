// What hostile clients take of memory, measured from outside at a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

const MB = 1_000_000;
let imap: Installation;
let child: ChildProcess;
const folder = temporaryDirectory();
beforeAll(async () => {
  imap = await startInstallation();
  await imap.deliver('anna', `Subject: large\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(8000)}`);
  await imap.stop();
  const runFile = join(folder.path, 'run');
  child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    env: { ...process.env, ...imap.environment, POCHTAR_RUN_FILE: runFile },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await eventually(() => existsSync(runFile));
  await eventually(() => ImapClient.open(target()).then((client) => client[Symbol.dispose]()));
});
afterAll(async () => {
  child.kill('SIGTERM');
  await once(child, 'exit');
  await imap[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function target(): { host: string; port: number } {
  return { host: imap.host, port: imap.ports.imap };
}

/** Bytes that the service holds. */
function resident(): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

async function open(): Promise<Socket> {
  const { host, port } = target();
  const socket = connect(port, host);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Writes as fast as the server takes it, until so many octets have gone or it does not take any for a second. */
async function flood(socket: Socket, octets: number, chunk = Buffer.alloc(65_536, 'a')): Promise<number> {
  let sent = 0;
  while (sent < octets && !socket.destroyed) {
    sent += chunk.length;
    if (socket.write(chunk)) continue;
    const isDrained = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), 1000);
      socket.once('drain', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    if (!isDrained) break;
  }
  return sent;
}

/** Floods on many connections at once; what each was taken of. */
function floods(first: string, chunk?: Buffer<ArrayBuffer>): Promise<number[]> {
  return Promise.all(
    Array.from({ length: 30 }, async () => {
      const socket = await open();
      socket.write(first);
      const sent = await flood(socket, 50 * MB, chunk);
      socket.destroy();
      return sent;
    }),
  );
}

// The first of all: what others have held and given back would hide what it takes.
test('a compressed session takes a bounded piece more, also when it is sent bombs', async () => {
  const clients = await Promise.all(Array.from({ length: 60 }, () => ImapClient.inbox(target(), 'boris')));
  const before = resident();
  for (const client of clients) await client.ok('COMPRESS DEFLATE');
  // What compression takes is there when both sides have used it.
  const noop = deflateRawSync('n NOOP\r\n', { finishFlush: constants.Z_SYNC_FLUSH });
  for (const { socket } of clients) {
    const read = socket.bytesRead;
    socket.write(noop);
    await eventually(() => expect(socket.bytesRead).toBeGreaterThan(read));
  }
  const added = (resident() - before) / clients.length;
  expect(added).toBeLessThan(0.3 * MB);
  // 50 kB each, of which the server could make 50 MB: 3 GB of all.
  const bomb = deflateRawSync(Buffer.alloc(50 * MB, 'x'));
  for (const { socket } of clients) {
    socket.on('error', () => {});
    socket.write(bomb);
  }
  const samples: number[] = [];
  for (let sample = 0; sample < 20; sample++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    samples.push(resident() - before);
  }
  expect(Math.max(...samples)).toBeLessThan(200 * MB);
  for (const client of clients) client[Symbol.dispose]();
});

test('lines without end are thrown away as they come, and end the connection', async () => {
  const before = resident();
  // What the server takes, and what the systems on both sides hold of it.
  expect(Math.max(...(await floods('')))).toBeLessThan(20 * MB);
  expect(resident() - before).toBeLessThan(150 * MB);
});

test('chains of refused literals before log-in hold nothing, and end', async () => {
  const before = resident();
  const first = `a LOGIN {50000+}\r\n${'x'.repeat(50_000)}`;
  expect(Math.max(...(await floods(first, Buffer.from(' {1+}\r\nx'.repeat(8192)))))).toBeLessThan(20 * MB);
  expect(resident() - before).toBeLessThan(150 * MB);
});

test('what comes while a command runs stays on the side of the client', async () => {
  const client = await ImapClient.inbox(target(), 'anna');
  const before = resident();
  client.socket.pause();
  client.socket.write('a FETCH 1 BODY.PEEK[]\r\n');
  const sent = await flood(client.socket, 100 * MB);
  expect(sent).toBeLessThan(50 * MB);
  expect(resident() - before).toBeLessThan(30 * MB);
  client[Symbol.dispose]();
});

test('clients that ask for everything and read nothing hold little', async () => {
  const clients = await Promise.all(Array.from({ length: 40 }, () => ImapClient.inbox(target(), 'anna')));
  const before = resident();
  for (const { socket } of clients) {
    socket.pause();
    socket.write(Array.from({ length: 100 }, (_, at) => `b${at} FETCH 1 BODY.PEEK[]\r\n`).join(''));
  }
  // 32 GB are wanted. Whatever is held is held soon.
  const samples: number[] = [];
  for (let sample = 0; sample < 20; sample++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    samples.push(resident() - before);
  }
  expect(Math.max(...samples)).toBeLessThan(120 * MB);
  for (const client of clients) client[Symbol.dispose]();
});

test('half-sent messages share bounded memory', async () => {
  const before = resident();
  const clients = await Promise.all(Array.from({ length: 40 }, () => ImapClient.inbox(target(), 'boris')));
  for (const { socket } of clients) {
    socket.write('b APPEND INBOX {40000000+}\r\n');
    socket.write(Buffer.alloc(4 * MB, 'a'));
  }
  const samples: number[] = [];
  for (let sample = 0; sample < 20; sample++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    samples.push(resident() - before);
  }
  expect(Math.max(...samples)).toBeLessThan(120 * MB);
  for (const client of clients) client[Symbol.dispose]();
});
