// POST /tests/{kind}: lines as they come, problems as everywhere, and an end when nobody listens any more.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { adminAudit, askAdmin, wholeServer } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, runConsole, type Visitor } from './running-console.ts';

let console: RunningConsole;
let root: Visitor;
beforeAll(async () => {
  console = await runConsole({ beside: ['delivery'] });
  root = await console.loggedIn('root');
});
afterAll(() => console[Symbol.asyncDispose]());

function asked(kind: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${console.url}/api/v1/tests/${kind}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: root.cookie },
    body: JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}

test('a JSON object a line, the last one the verdict', async () => {
  const response = await asked('certificate', {});
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
  const lines = (await response.text()).trimEnd().split('\n');
  const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(objects.at(-1)).toMatchObject({ verdict: 'good' });
  expect(objects.length).toBeGreaterThan(5);
  for (const event of objects.slice(0, -1)) {
    expect(event).toMatchObject({
      at: expect.any(String),
      step: expect.any(String),
      text: { ru: expect.any(String) },
    });
  }
});

test('what could not be saved, what is no test, and who may not: problems as everywhere', async () => {
  const wrong = await asked('relay', { values: { relay: { port: 70_000 } } });
  expect(wrong.status).toBe(422);
  expect(wrong.headers.get('content-type')).toContain('application/problem+json');
  expect(await wrong.json()).toMatchObject({ errors: [{ section: 'relay', field: 'port' }] });
  expect((await asked('weather', {})).status).toBe(400);
  expect((await asked('relay', { password: 'x' })).status).toBe(400);
  for (const login of ['auditor', 'demo']) {
    const other = await console.loggedIn(login);
    expect((await other.call('POST', '/tests/helo', {})).status).toBe(404);
  }
});

test('who goes away takes the test back: the far side is left at once, and the log says who it was', async () => {
  const far = createServer().listen(0, '127.0.0.1');
  await once(far, 'listening');
  const { port } = far.address() as { port: number };
  const connected = once(far, 'connection');
  const leaving = new AbortController();
  const values = { relay: { host: '127.0.0.1', port } };
  const response = await asked('relay', { values }, leaving.signal);
  expect(response.status).toBe(200);
  const [socket] = await connected;
  const left = once(socket, 'close');
  socket.resume();
  leaving.abort();
  await left;
  far.close();
  const bus = console.ground.bus;
  await eventually(async () => {
    const log = await askAdmin(bus, adminAudit.list, wholeServer('test'), { action: 'test' });
    expect(log.ok && log.result.entries[0]).toMatchObject({
      author: 'console:root',
      object: `relay relay.host="127.0.0.1" relay.port=${port}`,
      outcome: 'done',
    });
  });
});

test('more than ten a minute are put off, with the time to wait', async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 12; index++) statuses.push((await asked('addressBook', {})).status);
  expect(statuses).toContain(429);
  const late = await asked('addressBook', {});
  expect([late.status, late.headers.get('retry-after')]).toEqual([429, '60']);
});
