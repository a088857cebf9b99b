// What every answer carries, and what is refused before anybody looks at it: over the wire, plain and by TLS.
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAFE_HEADERS } from '../src/http/safe-headers.ts';
import { routes } from './route-requests.ts';
import { PASSWORD, type RunningConsole, runConsole } from './running-console.ts';

let running: RunningConsole;
const directory = temporaryDirectory();
beforeAll(async () => {
  mkdirSync(join(directory.path, 'assets'));
  writeFileSync(join(directory.path, 'index.html'), '<html><head><title>x</title></head></html>');
  writeFileSync(join(directory.path, 'assets/app-1.js'), 'export {};');
  running = await runConsole({ pages: directory.path, names: 'console.example.org' });
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

function ask(
  scheme: 'http' | 'https',
  path: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Got> {
  const request = scheme === 'http' ? requestHttp : requestHttps;
  const options = {
    host: '127.0.0.1',
    port: running.port,
    path,
    method,
    headers,
    rejectUnauthorized: false,
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const { statusCode: status = 0, headers: got } = response;
      // A stream has no end.
      const isStream = String(got['content-type']).startsWith('text/event-stream');
      if (isStream) response.destroy();
      const read = isStream ? Promise.resolve('') : text(response);
      read.then((whole) => resolve({ status, headers: got, text: whole }), reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

async function session(scheme: 'http' | 'https'): Promise<{ cookie: string; set: string }> {
  const body = JSON.stringify({ login: 'root', password: PASSWORD });
  const headers = { 'content-type': 'application/json' };
  const { headers: got } = await ask(scheme, '/api/v1/session', { method: 'POST', headers, body });
  const set = String(got['set-cookie']);
  return { cookie: set.split(';')[0] as string, set };
}

const JSON_BODY = { 'content-type': 'application/json' };
const kinds: [string, string, number, Sent?][] = [
  ['a page', '/', 200],
  ['a page by its own address', '/settings/mail', 200],
  ['a file', '/assets/app-1.js', 200],
  ['a file that is not there', '/assets/none.js', 404],
  ['a file outside', '/assets/..%2f..%2findex.html', 404],
  ['an answer of the API', '/api/v1/domains', 200],
  ['an answer that the client has', '/api/v1/domains', 304],
  ['a stream', '/api/v1/events', 200],
  ['no session', '/api/v1/domains', 401, { headers: { cookie: '' } }],
  ['no such route', '/api/v1/none', 404],
  ['no such method', '/api/v1/domains', 404, { method: 'PUT' }],
  ['not what the contract says', '/api/v1/domains', 400, { method: 'POST', headers: JSON_BODY, body: '{}' }],
  ['no JSON', '/api/v1/domains', 400, { method: 'POST', headers: JSON_BODY, body: '{' }],
  [
    'another kind of body',
    '/api/v1/domains',
    415,
    { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' },
  ],
  [
    'too much',
    '/api/v1/domains',
    413,
    { method: 'POST', headers: { ...JSON_BODY, 'content-length': '99999999' } },
  ],
  [
    'another site',
    '/api/v1/domains',
    403,
    { method: 'POST', headers: { ...JSON_BODY, origin: 'https://evil.test' }, body: '{}' },
  ],
  ['a broken path', '/%ff', 400],
];

describe.each(['http', 'https'] as const)('by %s every answer has the headers of safety', (scheme) => {
  let cookie: string;
  let etag: string;
  beforeAll(async () => {
    cookie = (await session(scheme)).cookie;
    etag = String((await ask(scheme, '/api/v1/domains', { headers: { cookie } })).headers.etag);
  });

  test.each(kinds)('%s', async (_, path, status, sent) => {
    const has = status === 304 ? { 'if-none-match': etag } : {};
    const got = await ask(scheme, path, { ...sent, headers: { cookie, ...has, ...sent?.headers } });
    expect(got.status, got.text).toBe(status);
    const { 'content-security-policy': _policy, ...others } = SAFE_HEADERS;
    expect(got.headers).toMatchObject(others);
    expect(got.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(got.headers['content-security-policy']).not.toMatch(/unsafe-eval|script-src[^;]*(unsafe|http|\*)/);
    expect(got.headers['strict-transport-security'] !== undefined).toBe(scheme === 'https');
    expect(got.headers['server'] ?? got.headers['x-powered-by']).toBeUndefined();
    if (status >= 400) {
      expect(got.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(JSON.parse(got.text)).toMatchObject({ status, requestId: expect.any(String) });
    }
    if (path.startsWith('/api/')) expect(got.headers['cache-control']).toMatch(/no-store|no-cache/);
  });
});

describe('the cookie of a session', () => {
  test('under TLS is bound to this host and to HTTPS', async () => {
    const { set } = await session('https');
    expect(set).toMatch(/^__Host-pochtar=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  });

  test('of plain HTTP opens nothing under TLS, nor the other way round', async () => {
    const [plain, secure] = [await session('http'), await session('https')];
    expect((await ask('https', '/api/v1/session', { headers: { cookie: plain.cookie } })).status).toBe(401);
    expect((await ask('http', '/api/v1/session', { headers: { cookie: secure.cookie } })).status).toBe(401);
  });
});

describe('a change that another site makes a browser send is refused', () => {
  const changing = routes.filter(([name]) => !name.startsWith('GET')).map(([name]) => name);
  test.each(changing)('%s', async (name) => {
    const { cookie } = await session('http');
    const [method, template] = name.split(' ') as [string, string];
    const path = `/api/v1${template.replaceAll(/:\w+/g, '1')}`;
    const marks: Record<string, string>[] = [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${running.port + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', authorization: 'Basic cm9vdDpyb290' },
    ];
    for (const mark of marks) {
      const { status, text: answer } = await ask('http', path, {
        method,
        headers: { ...mark, cookie, ...(method !== 'DELETE' && JSON_BODY) },
        ...(method !== 'DELETE' && { body: '{}' }),
      });
      expect(status, JSON.stringify(mark)).toBe(403);
      expect(answer).toContain('foreignOrigin');
    }
  });
});

describe('plain HTTP', () => {
  test.each(['evil.test', 'evil.test:8080', '192.0.2.1', 'localhost.evil.test'])(
    'is not answered under a name that is not of this machine: %j',
    async (host) => {
      const { status, headers } = await ask('http', '/', { headers: { host } });
      expect(status).toBe(421);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    },
  );

  test.each([
    'localhost',
    'localhost:8080',
    '127.0.0.1',
    '[::1]:8080',
    'pochtar.localhost',
    'console.example.org',
  ])('is answered under %s', async (host) => {
    expect((await ask('http', '/', { headers: { host } })).status).toBe(200);
  });
});

test('HTTP/2 gives what HTTP/1.1 gives: pages, the API, a stream that ends with the connection', async () => {
  const { cookie } = await session('https');
  const client = connectHttp2(`https://localhost:${running.port}`, { rejectUnauthorized: false });
  const get = async (path: string): Promise<[number, string]> => {
    const stream = client.request({ ':path': path, cookie });
    const status = await new Promise<number>((resolve) =>
      stream.once('response', (headers) => resolve(headers[':status'] as number)),
    );
    return path.endsWith('/events')
      ? [status, String((await stream.iterator().next()).value)]
      : [status, await text(stream)];
  };
  expect(await get('/')).toMatchObject([200, expect.stringContaining('<title>x</title>')]);
  expect(await get('/api/v1/session')).toMatchObject([200, expect.stringContaining('"login":"root"')]);
  expect(await get('/api/v1/events')).toEqual([200, ': open\n\n']);
  const change = client.request({
    ...{ ':method': 'POST', ':path': '/api/v1/domains', cookie, 'content-type': 'application/json' },
    origin: `https://localhost:${running.port}`,
  });
  change.end(JSON.stringify({ name: 'by-http2.test' }));
  expect(await text(change)).toContain('"by-http2.test"');
  client.destroy();
});

describe('what one asks too much of is refused', () => {
  test('JSON that is nested deep, or has too many values, before a schema walks it', async () => {
    const root = await running.loggedIn('root');
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const many = `{"x":[${'0,'.repeat(200_000)}0]}`;
    for (const body of [deep, many, `{"a":"\\"[","b":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`]) {
      const got = await ask('http', '/api/v1/domains', {
        method: 'POST',
        headers: { ...JSON_BODY, cookie: root.cookie },
        body,
      });
      expect(got.status).toBe(400);
      expect(got.text).toMatch(/nested deeper|more than/);
    }
  });

  test('streams of one person, which the others do not lack', async () => {
    const { cookie } = await session('http');
    const ends: (() => void)[] = [];
    const open = async (headers: Record<string, string>): Promise<number> => {
      const ending = new AbortController();
      const { status } = await fetch(`${running.url}/api/v1/events`, { headers, signal: ending.signal });
      ends.push(() => ending.abort());
      return status;
    };
    const statuses: number[] = [];
    for (let count = 0; count < 21; count++) statuses.push(await open({ cookie }));
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(429);
    const auditor = await running.loggedIn('auditor');
    expect(await open({ cookie: auditor.cookie })).toBe(200);
    for (const end of ends) end();
  });

  test('ten wrong passwords: the next try is answered 429 with Retry-After, whatever the name and the password', async () => {
    const attempt = (login: string, password: string) =>
      running.visitor().call('POST', '/session', { login, password });
    const known = await attempt('root', 'wrong');
    for (let count = 1; count < 10; count++) expect((await attempt('nobody', 'wrong')).status).toBe(401);
    expect(known.status).toBe(401);
    for (const [login, password] of [
      ['root', PASSWORD],
      ['root', 'wrong'],
      ['nobody', 'wrong'],
    ] as const) {
      const { status, headers, body } = await attempt(login, password);
      expect(status).toBe(429);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body).toMatchObject({ type: 'urn:pochtar:problem:tooMany', retryAfter: expect.any(Number) });
    }
  });
});
