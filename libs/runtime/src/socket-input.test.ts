import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Disconnected, EndlessLine, SocketInput, TimedOut } from './socket-input.ts';
import { SocketOutput } from './socket-output.ts';

async function pair(): Promise<{ client: Socket; server: Socket } & Disposable> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const client = connect(port, '127.0.0.1');
  client.on('error', () => {});
  const [server] = (await once(listener, 'connection')) as [Socket];
  server.on('error', () => {});
  listener.close();
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.destroy();
      server.destroy();
    },
  };
}

/** Sends the text again and again, to the end of the connection. */
function flood(client: Socket, text: string): void {
  const octets = Buffer.from(text);
  const more = (error?: Error | null): void => {
    if (!error && !client.destroyed) client.write(octets, more);
  };
  more();
}

test('lines come one by one, however the octets arrive, with CRLF or LF', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  for (const part of ['on', 'e\r', '\ntwo\n\r\n', 'thr']) sockets.client.write(part);
  expect(await input.line(100)).toEqual({ isTooLong: false, text: 'one' });
  expect(await input.line(100)).toEqual({ isTooLong: false, text: 'two' });
  expect(await input.line(100)).toEqual({ isTooLong: false, text: '' });
  sockets.client.write('ee\r\n');
  expect(await input.line(100)).toEqual({ isTooLong: false, text: 'three' });
});

test('a line over the limit is thrown away as it comes, and the next one is read', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  sockets.client.write(`${'x'.repeat(1_000_000)}{5}\r\nnext\r\n`);
  expect(await input.line(100)).toMatchObject({ isTooLong: true, end: expect.stringMatching(/x\{5\}$/) });
  expect(await input.line(100)).toEqual({ isTooLong: false, text: 'next' });
});

test('a line without end ends the reading', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  sockets.client.write('x'.repeat(5_000_000));
  await expect(input.line(100)).rejects.toThrow(EndlessLine);
});

test('the deadline counts for a client that is never silent too', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  flood(sockets.client, 'NOOP\r\n'.repeat(10_000));
  input.deadline = Date.now() + 200;
  await expect(
    (async () => {
      for (;;) await input.line(100);
    })(),
  ).rejects.toThrow(TimedOut);
});

test('octets that come one by one have a time for all of them together', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  input.timeoutMs = 100;
  const drip = setInterval(() => sockets.client.write('x'), 10);
  await expect(input.octets(500, Date.now() + 200)).rejects.toThrow(TimedOut);
  clearInterval(drip);
});

test('lines that are there already do not keep the event loop', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  flood(sockets.client, 'x\n'.repeat(30_000));
  let turns = 0;
  const count = setInterval(() => turns++, 1);
  for (let line = 0; line < 300_000; line++) await input.line(100);
  clearInterval(count);
  expect(turns).toBeGreaterThan(5);
});

test('a client that sends without end is not read ahead', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  for (let index = 0; index < 100; index++) sockets.client.write(Buffer.alloc(1_000_000, '\n'));
  await input.line(10);
  // Turns enough for a reader that took all it can get.
  for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(sockets.client.writableLength).toBeGreaterThan(50_000_000);
});

test('silence and the end of the connection are told apart', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  input.timeoutMs = 30;
  sockets.client.write('half');
  await expect(input.line(100)).rejects.toThrow(TimedOut);
  sockets.client.end();
  input.timeoutMs = 5000;
  await expect(input.line(100)).rejects.toThrow(Disconnected);
});

test('RFC 2595 §4: what was sent in clear before TLS is thrown away', async () => {
  using sockets = await pair();
  const input = new SocketInput(sockets.server);
  sockets.client.write('STLS\r\nUSER injected\r\n');
  expect(await input.line(100)).toEqual({ isTooLong: false, text: 'STLS' });
  input.detach();
  input.attach(sockets.server);
  sockets.client.write('NOOP\r\n');
  expect(await input.line(100)).toEqual({ isTooLong: false, text: 'NOOP' });
});

test('output waits for a slow client, and cuts one off that stops reading', async () => {
  using sockets = await pair();
  const output = new SocketOutput(sockets.server, 50);
  await expect(
    (async () => {
      for (let index = 0; index < 1000; index++) await output.octets(Buffer.alloc(100_000));
    })(),
  ).rejects.toThrow(TimedOut);
  expect(sockets.server.destroyed).toBe(true);
  expect(output.written).toBeLessThan(50_000_000);
});

test('those who write at the same time wait together: for a client that reads again, and for one that does not', async () => {
  using sockets = await pair();
  const moreThanKernelsHold = Buffer.alloc(50_000_000);
  // Fifty million octets take their time on a machine that is busy.
  const [patient, hasty] = [new SocketOutput(sockets.server, 30_000), new SocketOutput(sockets.server, 500)];
  const answer = async (output: SocketOutput): Promise<void> => {
    output.text('x'.repeat(32 * 1024));
    await output.flush();
  };
  sockets.server.write(moreThanKernelsHold);
  const answers = Array.from({ length: 20 }, () => answer(patient));
  expect(sockets.server.listenerCount('drain')).toBe(1);
  sockets.client.resume();
  await Promise.all(answers);
  expect(sockets.server.listenerCount('drain')).toBe(0);

  sockets.client.pause();
  sockets.server.write(moreThanKernelsHold);
  const ends = await Promise.allSettled(Array.from({ length: 20 }, () => answer(hasty)));
  expect(ends.map((end) => end.status === 'rejected' && end.reason instanceof TimedOut)).toEqual(
    Array.from({ length: 20 }, () => true),
  );
});
