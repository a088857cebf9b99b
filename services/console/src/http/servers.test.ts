import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { TlsContexts } from '@pochtar/runtime';
import { certificatePem, keyPem } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FrontDoor } from './front-door.ts';
import { SAFE_HEADERS } from './safe-headers.ts';
import { createServers } from './servers.ts';

const SHORT = { headers: 300, request: 600, idle: 60_000, lookEvery: 50 };
let port: number;
let client: string;
const door = openDoor();
const listening = createServer((socket) => door.showIn(socket, client));

function openDoor(): FrontDoor {
  const tls = new TlsContexts();
  const policy = { certificateId: 'a', minTlsVersion: 'TLSv1.2', dhBits: 2048 } as const;
  tls.replace([{ id: 'a', chainPem: certificatePem, keyPem }], policy);
  return new FrontDoor(
    createServers(
      tls,
      (request, response) => {
        request.resume().once('end', () => response.end(`HTTP/${request.httpVersion}`));
      },
      SHORT,
    ),
  );
}

beforeAll(async () => {
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  port = (listening.address() as AddressInfo).port;
});
afterAll(() => {
  door[Symbol.dispose]();
  listening.close();
});

async function open(from = '127.0.0.1'): Promise<Socket> {
  client = from;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

describe('a client that dawdles', () => {
  test.each([
    ['over its headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    ['over its body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n'],
  ])('%s is answered 408, and let go', async (_, start) => {
    const socket = await open();
    socket.write(start);
    const drip = setInterval(() => socket.write('x'), 20);
    const answer = await text(socket);
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('x-content-type-options: nosniff');
  });

  test('over its body on HTTP/2 loses that request', async () => {
    client = '127.0.0.1';
    const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false });
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    stream.on('error', () => {});
    const drip = setInterval(() => stream.write('x'), 20);
    await once(stream, 'close');
    clearInterval(drip);
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
    session.destroy();
  });

  test('over its first request on HTTP/2 loses the connection', async () => {
    client = '127.0.0.1';
    const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false });
    session.on('error', () => {});
    await once(session, 'close');
    expect(session.destroyed).toBe(true);
  });
});

test('what is no request is answered 400, with the headers of safety', async () => {
  const socket = await open();
  socket.end('NONSENSE\r\n\r\n');
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  for (const name of Object.keys(SAFE_HEADERS)) expect(answer).toContain(`${name}: `);
});

test.each(['h2', 'http/1.1'])(
  'a client that offers %s over TLS, and names no host, is answered in it',
  async (protocol) => {
    client = '192.0.2.7';
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      ALPNProtocols: [protocol],
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe(protocol);
    socket.destroy();
  },
);

describe('plain HTTP from elsewhere', () => {
  test('is told where HTTPS is, also when it comes through a balancer on this machine', async () => {
    const socket = await open('192.0.2.7');
    socket.write('GET /domains?x=1 HTTP/1.1\r\nHost: mail.example.org:8080\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 308 /);
    expect(answer).toContain('location: https://mail.example.org:8080/domains?x=1\r\n');
    for (const name of Object.keys(SAFE_HEADERS)) expect(answer).toContain(`${name}: `);
  });

  test.each(['evil.test/@mail.example.org', 'a b', '', 'x"y'])('names no host: %j', async (host) => {
    const socket = await open('192.0.2.7');
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('location:');
  });
});
