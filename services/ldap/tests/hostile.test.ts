// Clients that send what is no LDAP, too much, too slowly, or nothing at all. Whatever they do, others are served.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bindMessage, searchMessage } from './encode-request.ts';
import { BASE, HOST, type Installation, PASSWORD, startInstallation } from './installation.ts';
import { RawClient } from './raw-client.ts';

let at: Installation;

beforeAll(async () => {
  at = await startInstallation({ settings: { limits: { sessionsPerAddress: 5000, sessionsTotal: 5000 } } });
});
afterAll(() => at[Symbol.asyncDispose]());

/** Whatever was done: others are served. */
afterEach(async () => {
  const client = await at.client('anna@demo.test');
  const { searchEntries } = await client.search(BASE, { filter: '(uid=anna)' });
  if (searchEntries.length !== 1) throw new Error('others are not served');
  await client.unbind();
});

test('a claim of two gigabytes is refused before any of them is sent', async () => {
  using raw = await RawClient.open(at.port);
  raw.send(Buffer.from('30847fffffff', 'hex'));
  const notice = await raw.resultOf(0);
  expect([notice.tag, notice.code, notice.text]).toEqual([0x78, 2, 'a message larger than is taken']);
  await eventually(() => expect(raw.isClosed).toBe(true));
});

test.each([
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['TLS where none was begun', Buffer.from('16030100', 'hex')],
  ['an indefinite length', Buffer.from('3080', 'hex')],
  ['a length of nine octets', Buffer.from('3089010101010101010101', 'hex')],
  ['an operation that is none', Buffer.from('30050201015f00', 'hex')],
  ['a message without an operation', Buffer.from('3003020101', 'hex')],
])('RFC 4511 §4.1.1: %s ends the session with a notice', async (_, octets) => {
  using raw = await RawClient.open(at.port);
  raw.send(octets);
  expect((await raw.resultOf(0)).code).toBe(2);
  await eventually(() => expect(raw.isClosed).toBe(true));
});

test('15,000 nested filters are refused, and the session goes on', async () => {
  using raw = await RawClient.open(at.port);
  // Before a log-in a message has 64 KiB: as many levels as go into it.
  const pieces: Buffer[] = [Buffer.from('870161', 'hex')];
  for (let length = 3; length < 60_000; ) {
    const header = Buffer.from(length < 128 ? [0xa2, length] : [0xa2, 0x82, length >> 8, length & 0xff]);
    pieces.push(header);
    length += header.length;
  }
  const filter = Buffer.concat(pieces.toReversed());
  raw.send(withFilter(filter));
  expect((await raw.resultOf(7)).code).toBe(11);
  raw.send(searchMessage(8, { scope: 0 }));
  expect((await raw.resultOf(8)).code).toBe(0);
});

/** A search with the id 7 whose filter is these octets. */
function withFilter(filter: Buffer): Buffer {
  const front = Buffer.from('04000a01020a0100020100020100010100', 'hex');
  const search = sized(0x63, Buffer.concat([front, filter, Buffer.from('3000', 'hex')]));
  return sized(0x30, Buffer.concat([Buffer.from('020107', 'hex'), search]));
}

function sized(tag: number, content: Buffer): Buffer {
  const header = Buffer.alloc(5, 0x83);
  header[0] = tag;
  header.writeUIntBE(content.length, 2, 3);
  return Buffer.concat([header, content]);
}

test('mutated messages end sessions or are answered, and nothing else happens', async () => {
  const seed = [searchMessage(2, { base: BASE }), searchMessage(3, { scope: 0 }), bindMessage(1, '', '')];
  let state = 12_345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
  const mutated = (): Buffer => {
    const octets = Buffer.from(seed[random(seed.length)] as Buffer);
    for (let change = 0; change <= random(3); change++) octets[random(octets.length)] = random(256);
    return octets;
  };
  const deadline = Date.now() + 2000;
  for (let round = 0; round < 60 && Date.now() < deadline; round++) {
    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(at.port)));
    for (const client of clients) {
      client.send(Buffer.concat(Array.from({ length: 10 }, mutated)));
      client.socket.end();
    }
    await Promise.all(clients.map(({ socket }) => once(socket, 'close').catch(() => {})));
  }
});

test('who sends a message octet by octet has his time and no more; who sends nothing has it, too', async () => {
  const { messageMs, loginMs } = at.server.times;
  Object.assign(at.server.times, { messageMs: 300, loginMs: 300 });
  try {
    using silent = await RawClient.open(at.port);
    using slow = await RawClient.open(at.port);
    slow.send(Buffer.from('3050', 'hex'));
    const dripping = setInterval(() => slow.send(Buffer.from([2])), 20);
    await eventually(() => expect([silent.isClosed, slow.isClosed]).toEqual([true, true]));
    clearInterval(dripping);
  } finally {
    Object.assign(at.server.times, { messageMs, loginMs });
  }
});

test('who asks and does not read is cut off, and holds no more than a little', async () => {
  const { stallMs } = at.server.times;
  Object.assign(at.server.times, { stallMs: 300 });
  try {
    using raw = await RawClient.open(at.port);
    raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
    await raw.resultOf(1);
    raw.socket.pause();
    const before = at.sessions.size;
    const flood = setInterval(() => {
      for (let id = 2; id < 200; id++)
        raw.socket.write(searchMessage(id, { base: 'cn=subschema', scope: 0, attributes: ['+'] }));
    }, 10);
    await eventually(() => expect(at.sessions.size).toBeLessThan(before));
    clearInterval(flood);
  } finally {
    Object.assign(at.server.times, { stallMs });
  }
});

test('2,000 connections that say nothing leave the others served', async () => {
  const sockets: Socket[] = [];
  for (let batch = 0; batch < 20; batch++) {
    const opened = Array.from({ length: 100 }, () => connect(at.port, HOST).on('error', () => {}));
    sockets.push(...opened);
    await Promise.all(opened.map((socket) => once(socket, 'connect')));
  }
  await eventually(() => expect(at.sessions.size).toBeGreaterThanOrEqual(2000));
  const client = await at.client('boris@demo.test');
  expect((await client.search(BASE, { filter: '(mail=*)' })).searchEntries).toHaveLength(4);
  for (const socket of sockets) socket.destroy();
});
