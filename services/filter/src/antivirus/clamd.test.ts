// The clamd client against a real clamd, and against servers on loopback that do what a broken one does.
import { createServer, type Socket } from 'node:net';
import { eicar, ensureClamd, eventually } from '@pochtar/testkit';
import { describe, expect, test } from 'vitest';
import { clamdScanner } from './clamd.ts';
import { LIMITS, SourceFailed, type ScanResult } from './scanner.ts';

function mail(body: string): Buffer {
  return Buffer.from(`Return-Path: <a@b.test>\r\nFrom: a@b.test\r\nSubject: x\r\n${body}`, 'latin1');
}

function attached(bytes: Buffer): Buffer {
  return mail(
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n' +
      `Content-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n--b--\r\n`,
  );
}

function scan(address: string, bytes: Buffer, scanMs = 30_000): Promise<ScanResult> {
  const open = async function* () {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  };
  return clamdScanner('ClamAV', address, { scanMs: () => scanMs }).scan(open, bytes.length);
}

/** A server that treats each connection as told. */
async function broken(treat: (socket: Socket) => void): Promise<{ address: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    treat(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a real clamd', () => {
  test('a clean mail is clean, a virus in an attachment is found, over TCP and over a socket', async () => {
    await using clamd = await ensureClamd();
    for (const address of [clamd.address, clamd.socket]) {
      expect(await scan(address, mail('\r\nhello\r\n'))).toEqual({ kind: 'clean' });
      const found = await scan(address, attached(Buffer.from(eicar)));
      expect(found).toMatchObject({ kind: 'infected', virus: expect.stringContaining('Eicar-Signature') });
    }
  });

  test('many scans at the same time each get their own answer', async () => {
    await using clamd = await ensureClamd();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        scan(clamd.address, index % 2 === 0 ? mail('\r\nhello\r\n') : attached(Buffer.from(eicar))),
      ),
    );
    expect(results.map(({ kind }) => kind)).toEqual(
      results.map((_, index) => (index % 2 === 0 ? 'clean' : 'infected')),
    );
  });

  test('what clamd could not look at is neither clean nor a virus', async () => {
    await using clamd = await ensureClamd({ MaxFileSize: '100K', MaxScanSize: '100K' });
    const result = await scan(clamd.address, attached(Buffer.alloc(400_000, 'x')));
    expect(result).toMatchObject({
      kind: 'unscannable',
      reason: expect.stringContaining('Heuristics.Limits.Exceeded'),
    });
  });

  test('a mail over StreamMaxLength is never clean', async () => {
    await using clamd = await ensureClamd({ StreamMaxLength: '1M' });
    const result = await scan(clamd.address, attached(Buffer.alloc(8_000_000, 'x')));
    expect(['unscannable', 'error']).toContain(result.kind);
    expect(result).toMatchObject({ reason: expect.stringContaining('StreamMaxLength') });
  });

  test('a clamd that was killed is an error that names its address', async () => {
    const clamd = await ensureClamd();
    const { address } = clamd;
    await clamd[Symbol.asyncDispose]();
    const result = await scan(address, mail('\r\nx\r\n'));
    expect(result).toMatchObject({ kind: 'error', reason: expect.stringContaining(address) });
  });
});

test.each([
  ['OK', { kind: 'clean' }],
  ['Eicar FOUND', { kind: 'infected', virus: 'Eicar' }],
])('an answer counts when it is whole, and we close what clamd leaves open (%s)', async (answer, result) => {
  let closed = 0;
  await using server = await broken((socket) => {
    socket.on('close', () => closed++);
    socket.on('data', (chunk: Buffer) => {
      if (!chunk.subarray(-4).equals(Buffer.alloc(4))) return;
      // In two pieces: the first is no answer yet.
      socket.write('stream: ');
      setImmediate(() => socket.write(`${answer}\0`));
    });
  });
  expect(await scan(server.address, mail('\r\nx\r\n'))).toEqual(result);
  await eventually(() => expect(closed).toBe(1));
});

test('a scan may take longer the larger the mail is, and never so long that a scanner that hangs stops the queue', () => {
  expect(LIMITS.scanMs(1000)).toBeLessThanOrEqual(33_000);
  expect(LIMITS.scanMs(25_000_000)).toBeGreaterThan(60_000);
  expect(LIMITS.scanMs(25_000_000)).toBeLessThan(120_000);
});

test.each([
  ['answers PONG', 'PONG\0', true],
  ['answers something else', 'UNKNOWN COMMAND\0', false],
  ['closes', '', false],
])('it is well if it answers a PING: one that %s', async (_name, answer, isWell) => {
  await using server = await broken((socket) => socket.once('data', () => socket.end(answer)));
  expect(await clamdScanner('ClamAV', server.address).isWell()).toBe(isWell);
});

describe('anything unclear is an error', () => {
  test.each([
    ['nothing', ''],
    ['an empty answer', '\0'],
    ['an unknown answer', 'stream: MAYBE\0'],
    ['an error', "stream: Can't allocate memory ERROR\0"],
    ['its own time-out', 'COMMAND READ TIMED OUT\0'],
    ['half an answer', 'stream: '],
  ])('%s', async (_name, answer) => {
    await using server = await broken((socket) => {
      socket.on('data', (chunk: Buffer) => {
        if (chunk.subarray(-4).equals(Buffer.alloc(4))) socket.end(answer);
      });
    });
    expect((await scan(server.address, mail('\r\nx\r\n'))).kind).toBe('error');
  });

  test('OK before the whole mail was read', async () => {
    await using server = await broken((socket) => socket.once('data', () => socket.end('stream: OK\0')));
    expect((await scan(server.address, Buffer.alloc(20_000_000))).kind).toBe('error');
  });

  test('a server that stops taking the mail', async () => {
    await using server = await broken((socket) => socket.pause());
    const open = async function* () {
      for (let index = 0; index < 100; index++) yield Buffer.alloc(1_000_000);
    };
    const result = await clamdScanner('ClamAV', server.address, { idleMs: 100 }).scan(open, 100_000_000);
    expect(result).toEqual({ kind: 'error', reason: 'ClamAV: it took nothing more for 0.1 s' });
  });

  test('a server that takes the mail and never answers', async () => {
    await using server = await broken((socket) => socket.resume());
    const result = await scan(server.address, mail('\r\nx\r\n'), 200);
    expect(result).toEqual({ kind: 'error', reason: 'ClamAV: no answer within 0.2 s' });
  });

  test('a server that reads nothing: no more of the mail is read than the socket takes', async () => {
    await using server = await broken((socket) => socket.pause());
    let read = 0;
    const open = async function* () {
      for (let index = 0; index < 1000; index++) {
        read += 1_000_000;
        yield Buffer.alloc(1_000_000);
      }
    };
    const result = await clamdScanner('ClamAV', server.address, { scanMs: () => 300 }).scan(
      open,
      1_000_000_000,
    );
    expect(result.kind).toBe('error');
    expect(read).toBeLessThan(50_000_000);
  });
});

test('a mail that cannot be read is no result of the scanner', async () => {
  await using server = await broken((socket) => socket.resume());
  const open = async function* () {
    yield Buffer.alloc(1000);
    throw new Error('the volume is away');
  };
  const scanned = clamdScanner('ClamAV', server.address).scan(open, 2000);
  await expect(scanned).rejects.toThrow(SourceFailed);
});
