import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { askReadiness } from './program-readiness.ts';

async function answered(body: string, status = 200, headers: Record<string, string> = {}): Promise<unknown> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await askReadiness(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('what a program says of itself is shown without what a terminal would obey', async () => {
  const words = { 'disk\u001b[2J': { ru: 'полон\u0007', en: 'full\u0007\u202e' } };
  const said = { ready: false, faults: { 'disk\u001b[2J': 'full\u0007\u202e' }, words };
  expect(await answered(JSON.stringify(said), 503)).toEqual({
    ready: false,
    faults: { 'disk [2J': 'full  ' },
    words: { 'disk [2J': { ru: 'полон ', en: 'full  ' } },
  });
});

test('an answer without end, of another shape or from elsewhere is none', async () => {
  expect(await answered(JSON.stringify({ ready: true, faults: {} }))).toEqual({ ready: true, faults: {} });
  expect(await answered(`{"ready":true,"faults":{}${' '.repeat(70_000)}}`)).toBeUndefined();
  for (const body of [
    '',
    '[]',
    'null',
    '{"ready":"yes"}',
    '{"ready":true,"faults":7}',
    '{"ready":true,"words":7}',
  ]) {
    expect(await answered(body)).toBeUndefined();
  }
  expect(await answered('', 302, { location: 'http://127.0.0.1:9/' })).toBeUndefined();
});
