import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, isPortFree, reservePort } from './ports.ts';

test('a free port is one that nobody listens on, and is given once', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  expect(new Set(ports).size).toBe(50);
  const [port = 0] = ports;
  expect(await isPortFree(port)).toBe(true);
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  expect(await isPortFree(port)).toBe(false);
  // Whoever listens everywhere would clash with it, too.
  expect(await isPortFree(port, '0.0.0.0')).toBe(false);
});

test('a free port is none that the kernel gives to whoever asks for any', async () => {
  const [first = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
  expect(await freePort()).toBeLessThan(first);
});

test("a reserved port is nobody else's until it is given back", async () => {
  // Only the name counts here.
  const port = 100_000 + process.pid;
  const reservation = await reservePort(port);
  expect(reservation).toBeDefined();
  expect(await reservePort(port)).toBeUndefined();
  reservation?.[Symbol.dispose]();
  using again = await reservePort(port);
  expect(again).toBeDefined();
});
