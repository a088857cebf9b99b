// The ICAP client against a real c-icap, and against servers on loopback that do what a broken one does.
import { createServer, type Socket } from 'node:net';
import { eicar, ensureClamd } from '@pochtar/testkit';
import { describe, expect, test } from 'vitest';
import { icapScanner } from '../src/antivirus/icap.ts';
import { SourceFailed, type ScanResult } from '../src/antivirus/scanner.ts';
import { startCIcap } from './c-icap.ts';

function mail(body: string): Buffer {
  return Buffer.from(`Return-Path: <a@b.test>\r\nFrom: a@b.test\r\nSubject: x\r\n\r\n${body}`, 'latin1');
}

function scan(url: string, bytes: Buffer, scanMs = 30_000): Promise<ScanResult> {
  const open = async function* () {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  };
  return icapScanner('Dr.Web', url, { scanMs: () => scanMs }).scan(open, bytes.length);
}

const OPTIONS =
  'ICAP/1.0 200 OK\r\nMethods: RESPMOD\r\nISTag: "x"\r\nAllow: 204\r\nEncapsulated: null-body=0\r\n\r\n';

/** Answers OPTIONS with `options`, and the scan with `answer` once the whole mail is there. */
async function broken(answer: string, options = OPTIONS, early = false) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const isOptions = text.startsWith('OPTIONS ');
      if (isOptions && text.includes('\r\n\r\n')) socket.end(options);
      else if (!isOptions && (early || text.endsWith('0\r\n\r\n'))) {
        requests.push(text);
        socket.end(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `icap://127.0.0.1:${port}/av`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a real c-icap', () => {
  test('a clean mail is clean, a virus is found by its name, a large mail goes through', async () => {
    await using clamd = await ensureClamd();
    await using icap = await startCIcap(clamd);
    expect(await scan(icap.url, mail('hello\r\n'))).toEqual({ kind: 'clean' });
    expect(await scan(icap.url, mail(`${eicar}\r\n`))).toMatchObject({
      kind: 'infected',
      virus: expect.stringContaining('Eicar-Signature'),
    });
    expect(await scan(icap.url, mail('x'.repeat(3_000_000)))).toEqual({ kind: 'clean' });
  });

  test('a scanner behind it that is gone is an error, and so is a service that does not exist', async () => {
    const clamd = await ensureClamd();
    await using icap = await startCIcap(clamd);
    expect(await scan(icap.url.replace('avscan', 'other'), mail('x'))).toMatchObject({ kind: 'error' });
    await clamd[Symbol.asyncDispose]();
    expect(await scan(icap.url, mail('hello\r\n'))).toMatchObject({ kind: 'error' });
  });
});

test('RFC 3507 §4.4.1: the mail is a chunked body whose place Encapsulated tells', async () => {
  await using server = await broken('ICAP/1.0 204 No Content\r\n\r\n');
  const bytes = mail('hello\r\n');
  expect(await scan(server.url, bytes)).toEqual({ kind: 'clean' });
  const [request = ''] = server.requests;
  const [, head = '', rest = ''] = /^(.*?\r\n\r\n)(.*)$/s.exec(request) ?? [];
  expect(head).toMatch(/^RESPMOD icap:\/\/127\.0\.0\.1:\d+\/av ICAP\/1\.0\r\nHost: /);
  expect(head).toContain('Allow: 204\r\n');
  const [, responseAt, bodyAt] = /Encapsulated: req-hdr=0, res-hdr=(\d+), res-body=(\d+)/.exec(head) ?? [];
  expect(rest.slice(Number(responseAt), Number(bodyAt))).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s);
  expect(rest.slice(Number(bodyAt))).toBe(
    `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n0\r\n\r\n`,
  );
});

test('a service that only has REQMOD is asked that way', async () => {
  await using server = await broken('ICAP/1.0 204 No Content\r\n\r\n', OPTIONS.replace('RESPMOD', 'REQMOD'));
  expect(await scan(server.url, mail('x'))).toEqual({ kind: 'clean' });
  expect(server.requests[0]).toMatch(/^REQMOD .*Encapsulated: req-hdr=0, req-body=\d+\r\n/s);
});

test('an answer before the whole mail was sent counts', async () => {
  const found = 'ICAP/1.0 200 OK\r\nX-Infection-Found: Type=0; Resolution=2; Threat=Early;\r\n\r\n';
  await using server = await broken(found, OPTIONS, true);
  expect(await scan(server.url, mail('x'.repeat(30_000_000)))).toEqual({ kind: 'infected', virus: 'Early' });
});

test.each([
  [
    'an answer without a finding',
    'ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=19\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
  ],
  ['a failure', 'ICAP/1.0 500 Server error\r\n\r\n'],
  ['no ICAP', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['an endless head', `ICAP/1.0 204 OK\r\nX: ${'x'.repeat(200_000)}`],
  ['half a head', 'ICAP/1.0 204 No Con'],
  ['nothing', ''],
])('anything unclear is an error: %s', async (_name, answer) => {
  await using server = await broken(answer);
  expect((await scan(server.url, mail('x'))).kind).toBe('error');
});

test.each([
  ['OPTIONS that fails', 'ICAP/1.0 404 Service not found\r\n\r\n'],
  ['a service without a method', OPTIONS.replace('RESPMOD', 'LOOK')],
])('%s is an error that names the remedy', async (_name, options) => {
  await using server = await broken('', options);
  expect(await scan(server.url, mail('x'))).toMatchObject({
    kind: 'error',
    reason: expect.stringContaining('check the address'),
  });
});

test('a server that never answers is given up after the time limit', async () => {
  const silent = createServer((socket) => socket.resume().on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  expect(await scan(`icap://127.0.0.1:${port}/av`, mail('x'), 200)).toEqual({
    kind: 'error',
    reason: 'Dr.Web: no answer within 0.2 s',
  });
  silent.close();
});

test('a mail that cannot be read is no result of the scanner', async () => {
  await using server = await broken('ICAP/1.0 204 No Content\r\n\r\n');
  const open = async function* () {
    yield Buffer.alloc(1000);
    throw new Error('the volume is away');
  };
  await expect(icapScanner('x', server.url).scan(open, 2000)).rejects.toThrow(SourceFailed);
});
