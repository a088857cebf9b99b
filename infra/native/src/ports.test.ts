import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, isPortFree, reservePort } from './ports.ts';

test('a preferred port is taken when it is free, another one when it is not', async () => {
  const port = await freePort();
  expect(await freePort(port)).toBe(port);
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  expect(await isPortFree(port)).toBe(false);
  // Whoever listens everywhere would clash with it, too.
  expect(await isPortFree(port, '0.0.0.0')).toBe(false);
  expect(await freePort(port)).not.toBe(port);
});

test("a reserved port is nobody else's until it is given back", async () => {
  const port = await freePort();
  const reservation = await reservePort(port);
  expect(reservation).toBeDefined();
  expect(await reservePort(port)).toBeUndefined();
  reservation?.[Symbol.dispose]();
  using again = await reservePort(port);
  expect(again).toBeDefined();
});
