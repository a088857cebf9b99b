// Clients that send what is no LDAP, too much, too slowly, or nothing at all. Whatever they do, others are served.
import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { MalformedBer } from '../src/ber/malformed.ts';
import { BerReader } from '../src/ber/reader.ts';
import { tags } from '../src/ber/tags.ts';
import { readSearchControls } from '../src/operations/search-controls.ts';
import { readEnvelope } from '../src/protocol/message.ts';
import { readRequest } from '../src/protocol/request.ts';
import { Refused } from '../src/protocol/result.ts';
import { bindMessage, searchMessage } from './encode-request.ts';
import { BASE, HOST, type Installation, PASSWORD, startInstallation } from './installation.ts';
import { mutations } from './mutated-messages.ts';
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

test('a claim of two gigabytes inside of a message ends the session, and nothing is waited for', async () => {
  using raw = await RawClient.open(at.port);
  raw.send(Buffer.from('300a02010163847fffffff04', 'hex'));
  expect((await raw.resultOf(0)).text).toBe('an element reaches beyond what holds it');
  await eventually(() => expect(raw.isClosed).toBe(true));
});

test.each([
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
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

test('a beginning of TLS that is none ends the connection', async () => {
  const socket = connect(at.port, HOST).resume();
  socket.write(Buffer.from('1603010005ffffffffff', 'hex'));
  await once(socket, 'close');
});

test.each([
  ['before a log-in, where a message has 64 KiB', 15_000, 60_000, null],
  ['after it', 20_000, 90_000, 'anna@demo.test'],
])('nested filters %s: %i of them are refused, and the session goes on', async (_, levels, octets, login) => {
  using raw = await RawClient.open(at.port);
  if (login !== null) {
    raw.send(bindMessage(1, login, PASSWORD));
    expect((await raw.resultOf(1)).code).toBe(0);
  }
  const pieces: Buffer[] = [Buffer.from('870161', 'hex')];
  for (let length = 3; length < octets; ) {
    const header = nested(length);
    pieces.push(header);
    length += header.length;
  }
  expect(pieces.length).toBeGreaterThan(levels);
  const filter = Buffer.concat(pieces.toReversed());
  raw.send(withFilter(filter));
  expect((await raw.resultOf(7)).code).toBe(11);
  raw.send(searchMessage(8, { scope: 0 }));
  expect((await raw.resultOf(8)).code).toBe(0);
});

/** The beginning of a `not` of so many octets. */
function nested(length: number): Buffer {
  if (length < 0x80) return Buffer.from([0xa2, length]);
  if (length < 0x1_0000) return Buffer.from([0xa2, 0x82, length >> 8, length & 0xff]);
  return Buffer.from([0xa2, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]);
}

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

test('30,000 mutated messages are read or refused by the codec, and nothing else happens', () => {
  const next = mutations(12_345);
  let understood = 0;
  for (let count = 0; count < 30_000; count++) {
    const octets = next();
    try {
      const { tag, content, controls } = readEnvelope(new BerReader(octets).content(tags.sequence));
      readSearchControls(controls);
      readRequest(tag, content);
      understood++;
    } catch (error) {
      if (!(error instanceof MalformedBer || error instanceof Refused)) throw error;
    }
  }
  // Many of them reach the innermost parser.
  expect(understood).toBeGreaterThan(3000);
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
