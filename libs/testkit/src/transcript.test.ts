import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseTranscript, transcript } from './transcript.ts';

/** A server that greets, answers `ECHO x` with `250 x`, `MANY` with five lines and `QUIT` with the end. */
async function lineServer(onLine?: (line: string, socket: Socket) => void): Promise<AddressInfo> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 host.test ready 17\r\n');
    let buffer = '';
    socket.on('data', (chunk) => {
      buffer += chunk.toString('utf8');
      const lines = buffer.split('\r\n');
      buffer = lines.pop() ?? '';
      for (const line of lines) (onLine ?? answer)(line, socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server.address() as AddressInfo;
}

function answer(line: string, socket: Socket): void {
  if (line === 'QUIT') socket.end('221 bye\r\n');
  else if (line === 'MANY') socket.write('* 1 one\r\n* 2 two\r\n* 3 three\r\nA1 OK [X 99] done\r\n');
  else socket.write(`250 ${line.replace('ECHO ', '')}\r\n`);
}

function target(address: AddressInfo): { host: string; port: number; timeoutMs: number } {
  return { host: address.address, port: address.port, timeoutMs: 300 };
}

test('a dialogue with globs, names, skipped lines and the end of the connection passes', async () => {
  const bound = await transcript(
    `
    # the greeting
    S: 220 $host ready *
    C: ECHO mail to $host
    S: 250 mail to $host
    C: MANY
    S: ...
    S: * 3 $third
    S: A1 OK [X $number] done
    C!: "ECHO half"
    C!: " line\\r\\n"
    S: 250 half line
    C: ECHO costs $$5
    S: 250 costs $$5
    C: QUIT
    S: 221 *
    S: <close>
    `,
    target(await lineServer()),
  );
  expect(bound).toEqual({ host: 'host.test', third: 'three', number: '99' });
});

test('a second connection has its own dialogue and shares the names', async () => {
  const bound = await transcript(
    `
    S: 220 $host *
    S2: 220 $host *
    C2: ECHO two
    C: ECHO one
    S: 250 one
    S2: 250 two
    `,
    target(await lineServer()),
  );
  expect(bound).toEqual({ host: 'host.test' });
});

test('a different line fails with its number, both texts and the dialogue so far', async () => {
  const run = transcript('S: 220 *\nC: ECHO a\nS: 250 b', target(await lineServer()));
  await expect(run).rejects.toThrow(
    /line 3:\n {2}expected: 250 b\n {2}got: {6}250 a[^]*so far:\nS1: 220[^]*C1: ECHO a\nS1: 250 a/,
  );
});

test('a bound name must keep its value', async () => {
  const run = transcript('S: 220 $host ready *\nC: ECHO other\nS: 250 $host', target(await lineServer()));
  await expect(run).rejects.toThrow(/got: {6}250 other/);
});

test('an untagged star at the start is literal', async () => {
  const run = transcript('S: * host.test ready 17', target(await lineServer()));
  await expect(run).rejects.toThrow(/expected: \* host\.test/);
});

test('silence, an early end and unread lines are failures', async () => {
  const address = await lineServer((line, socket) => {
    if (line === 'QUIT') socket.end('22');
    if (line === 'TWO') socket.write('250 a\r\n250 b\r\n');
  });
  await expect(transcript('S: 220 *\nC: NOTHING\nS: 250 *', target(address))).rejects.toThrow(
    /nothing within/,
  );
  await expect(transcript('S: 220 *\nC: QUIT\nS: 221 *', target(address))).rejects.toThrow(/middle of: 22/);
  await expect(transcript('S: 220 *\nC: TWO\nS: 250 a', target(address))).rejects.toThrow(
    /said more:\n250 b/,
  );
  await expect(transcript('S: 220 *\nS: <close>', target(address))).rejects.toThrow(/nothing within/);
});

test('a line that is none is refused with its number', () => {
  for (const line of ['EHLO x', 'S!: "x"', 'C0: x', 'D: x', 'C:x']) {
    expect(() => parseTranscript(`# head\n${line}`)).toThrow(/line 2 is no transcript line/);
  }
});
