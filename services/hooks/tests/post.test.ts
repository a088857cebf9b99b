// Where events may go, and how long an answer may take: an address that somebody else's DNS answers for, a redirect, an
// answer without end.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networks } from '@pochtar/runtime';
import { createResolver } from '@pochtar/runtime';
import { certificatePem, eventually, type FakeDns, keyPem, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Poster } from '../src/post.ts';

let dns: FakeDns;
const servers: Server[] = [];
beforeAll(async () => {
  dns = await startFakeDns();
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await dns[Symbol.asyncDispose]();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const never = new AbortController().signal;
function post(url: string, allowed: string[] = [], signal = never) {
  using poster = new Poster({
    resolver: createResolver({ servers: [dns.address] }),
    networks: networks(allowed),
  });
  return poster.post({ url, headers: {}, body: '{}', signal });
}

describe('an address that may not be connected to is not, and the answer says why', () => {
  test.each([
    'https://127.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://0x7f.1/',
  ])('%s', async (url) => {
    const answer = await post(url);
    expect(answer).toMatchObject({ isTaken: false, status: null });
    expect(answer.answer).toMatch(
      /no address of the public internet, and POCHTAR_HOOK_NETWORKS does not allow/,
    );
  });

  test('a name of somebody else that leads to our own network', async () => {
    let connections = 0;
    const port = await listen(createServer().on('connection', () => void connections++));
    dns.set('evil.test', 'A', '127.0.0.1');
    expect((await post(`https://evil.test:${port}/`)).answer).toMatch(
      /evil\.test has no address of the public/,
    );
    expect(connections).toBe(0);
    // Of several addresses those that may be.
    dns.set('mixed.test', 'A', '10.0.0.1', '127.0.0.1');
    expect((await post(`http://mixed.test:${port}/`, ['127.0.0.0/8'])).answer).not.toMatch(/public internet/);
    expect(connections).toBeGreaterThan(0);
  });

  test('http:// elsewhere than in allowed networks, and a name that is nowhere', async () => {
    dns.set('plain.test', 'A', '192.0.2.77');
    expect((await post('http://plain.test/')).answer).toMatch(/use https:/);
    expect((await post('https://nowhere.test/')).answer).toMatch(/the DNS has no address for nowhere\.test/);
    dns.fail('broken.test', 'SERVFAIL');
    expect((await post('https://broken.test/')).answer).toMatch(/no answer for/);
  });
});

const local = ['127.0.0.0/8'];

test('a redirect is not followed', async () => {
  let isFollowed = false;
  const other = await listen(createServer((_, response) => ((isFollowed = true), response.end())));
  const port = await listen(
    createServer((_, response) => response.writeHead(307, { location: `http://127.0.0.1:${other}/` }).end()),
  );
  const answer = await post(`http://127.0.0.1:${port}/`, local);
  expect(answer).toMatchObject({ isTaken: false, status: 307 });
  expect(answer.answer).toMatch(/redirects are not followed/);
  expect(isFollowed).toBe(false);
});

test('of an answer without end the beginning is read, and the connection ends', async () => {
  let written = 0;
  const port = await listen(
    createServer((request, response) => {
      request.resume();
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && written < 1e9) {
          written += 65_536;
          if (!response.write('x'.repeat(65_536))) return void response.once('drain', more);
        }
      };
      more();
    }),
  );
  const answer = await post(`http://127.0.0.1:${port}/`, local);
  expect(answer).toMatchObject({ isTaken: true, status: 200, answer: 'x'.repeat(300) });
  expect(written).toBeLessThan(50e6);
});

test('a certificate that is not trusted is a failure', async () => {
  const port = await listen(
    createTlsServer({ cert: certificatePem, key: keyPem }, (_, response) => response.end()),
  );
  dns.set('tls.test', 'A', '127.0.0.1');
  expect(await post(`https://tls.test:${port}/`, local)).toMatchObject({ isTaken: false, status: null });
});

test('a connection that was closed while it was kept is no fault of the address', async () => {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end('ok'));
  });
  const port = await listen(server);
  using poster = new Poster({
    resolver: createResolver({ servers: [dns.address] }),
    networks: networks(local),
  });
  const asked = { url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}', signal: never };
  expect(await poster.post(asked)).toMatchObject({ isTaken: true });
  server.closeIdleConnections();
  expect(await poster.post(asked)).toMatchObject({ isTaken: true });
});

test('who stops does not wait for an address that hangs', async () => {
  const stopping = new AbortController();
  let isAsked = false;
  const port = await listen(createServer((request) => ((isAsked = true), request.resume())));
  const posting = post(`http://127.0.0.1:${port}/`, local, stopping.signal);
  await eventually(() => expect(isAsked).toBe(true));
  stopping.abort();
  await expect(posting).rejects.toThrow(/abort/i);
});
