import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Packet } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askServer, parseServer } from './dns-question.ts';

let server: Socket;
let answers: (question: Packet) => Buffer[] = () => [];
beforeEach(async () => {
  server = createSocket('udp4');
  server.on('message', (message: Buffer, { port, address }: RemoteInfo) => {
    for (const answer of answers(decode(message))) server.send(answer, port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

const ask = (timeoutMs = 1000): ReturnType<typeof askServer<'A'>> =>
  askServer({ host: '127.0.0.1', port: server.address().port }, 'a.test', 'A', timeoutMs);

/** An answer with an address, and whatever is not as it should be. */
const answer = ({ id, questions }: Packet, data: string, more: Packet = {}): Buffer =>
  encode({ type: 'response', id, questions, answers: [{ type: 'A', name: 'a.test', data }], ...more });

describe('of what comes only the answer counts', () => {
  test('not what is no message, has another number, asks, or answers something else', async () => {
    answers = (question) => [
      Buffer.alloc(0),
      Buffer.from('nonsense'),
      // A name that points at itself.
      Buffer.concat([answer(question, '192.0.2.1').subarray(0, 12), Buffer.from([0xc0, 0x0c, 0, 1, 0, 1])]),
      answer(question, '192.0.2.2', { id: ((question.id ?? 0) + 1) % 0x10000 }),
      answer(question, '192.0.2.3', { type: 'query' }),
      answer(question, '192.0.2.4', { questions: [{ type: 'A', name: 'b.test' }] }),
      answer(question, '192.0.2.5', { questions: [] }),
      answer(question, '192.0.2.6'),
    ];
    expect(await ask()).toEqual({ records: ['192.0.2.6'], isValidated: false, name: 'a.test' });
  });

  test('not records of other names; a ring of aliases is no answer', async () => {
    const other: Packet = { answers: [{ type: 'A', name: 'b.test', data: '192.0.2.9' }] };
    answers = (question) => [answer(question, '', other)];
    expect((await ask()).records).toEqual([]);
    const ring: Packet = {
      answers: [
        { type: 'CNAME', name: 'a.test', data: 'b.test' },
        { type: 'CNAME', name: 'b.test', data: 'a.test' },
      ],
    };
    answers = (question) => [answer(question, '', ring)];
    await expect(ask()).rejects.toThrow('the aliases of the answer do not end');
  });

  test('silence ends with the time', async () => {
    answers = () => [Buffer.from('nonsense')];
    await expect(ask(100)).rejects.toThrow('does not answer in time');
  });
});

test('servers as they are named', () => {
  expect(parseServer('192.0.2.1')).toEqual({ host: '192.0.2.1', port: 53 });
  expect(parseServer(' 192.0.2.1:5353 ')).toEqual({ host: '192.0.2.1', port: 5353 });
  expect(parseServer('2001:db8::1')).toEqual({ host: '2001:db8::1', port: 53 });
  expect(parseServer('[2001:db8::1]:5353')).toEqual({ host: '2001:db8::1', port: 5353 });
  for (const text of ['', 'resolver.test', 'x:53', '192.0.2.1:port'])
    expect(() => parseServer(text)).toThrow(RangeError);
});
