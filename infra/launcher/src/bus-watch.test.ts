import { createServer, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, startTestNats } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { type BusLook, lookAtBus, watchBus } from './bus-watch.ts';
import { askJetStream } from './infrastructure-health.ts';

const look = (port: number, password: string, more: Partial<BusLook> = {}): BusLook => ({
  port,
  askJetStream: () => askJetStream(port, password, async () => {}),
  hasRoom: async () => true,
  ...more,
});

/** What a full disk makes of a nats-server: it greets and answers pings, and JetStream says nothing any more. */
async function stuckNats(): Promise<{ port: number } & AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.write(
      'INFO {"server_id":"x","version":"2.9.10","max_payload":1048576,"headers":true,"jetstream":true}\r\n',
    );
    socket.on('data', (chunk) => {
      if (chunk.toString('latin1').includes('PING\r\n')) socket.write('PONG\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a bus that works, one that is stuck, one that is stuck on a full disk and one that is away are told apart', async () => {
  await using nats = await startTestNats();
  await using stuck = await stuckNats();
  // One look may find a busy machine away or slow: the watch acts on what several in a row found.
  await eventually(async () => {
    const states = await Promise.all([
      lookAtBus(look(nats.port, nats.password)),
      lookAtBus(look(stuck.port, 'any')),
      lookAtBus(look(stuck.port, 'any', { hasRoom: async () => false })),
    ]);
    expect(states).toEqual(['works', 'stuck', 'full']);
  });
  const pid = Number(readFileSync(join(nats.storeDir, 'nats.pid'), 'utf8'));
  process.kill(pid, 'SIGSTOP');
  try {
    expect(await lookAtBus(look(nats.port, nats.password))).toBe('away');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('a bus is ended when it was stuck for several looks and its disk has room, and not before', async () => {
  const states = ['works', 'stuck', 'stuck', 'works', 'full', 'full', 'full', 'away', 'full', 'full', 'full'];
  let looks = 0;
  let room = false;
  const ends: number[] = [];
  await using _watch = watchBus({
    everyMs: 1,
    look: async () => (states[looks++] ?? (room ? 'stuck' : 'full')) as 'works',
    end: () => ends.push(looks),
  });
  await eventually(() => expect(looks).toBeGreaterThan(states.length + 5));
  expect(ends).toEqual([]);
  room = true;
  // Its trouble is known by then: the first look that finds room is enough.
  await eventually(() => expect(ends.length).toBeGreaterThan(0));
});
