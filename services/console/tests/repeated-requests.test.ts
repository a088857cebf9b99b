// Idempotency-Key on requests that make something.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beginAnswer, keepAnswer } from '@pochtar/store/console';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '../src/contract/index.ts';
import { type AnyRoute, makesSomething } from '../src/contract/route.ts';
import { type Answer, type RunningConsole, runConsole, type Visitor } from './running-console.ts';

let running: RunningConsole;
let root: Visitor;
beforeAll(async () => {
  running = await runConsole();
  root = await running.loggedIn('root');
});
afterAll(() => running[Symbol.asyncDispose]());

const end = new Date(Date.now() + 86_400_000).toISOString();

function post(path: string, body: unknown, key: string, who = root): Promise<Answer> {
  return who.call('POST', path, body, { 'idempotency-key': key });
}

/** A token has no name that could be taken: each time that it is done makes one more. */
function makeToken(key: string, name = 'once', who = root): Promise<Answer> {
  return post('/tokens', { name, role: 'auditor', domains: null, expiresAt: end }, key, who);
}

async function tokensCalled(name: string): Promise<number> {
  const { body } = await root.call('GET', '/tokens');
  return (body as { tokens: { name: string }[] }).tokens.filter((token) => token.name === name).length;
}

test('the same key with the same request: the same answer, marked as such, and nothing done twice', async () => {
  const key = randomUUID();
  const first = await makeToken(key);
  const second = await makeToken(key);
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body).toEqual(first.body);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(await tokensCalled('once')).toBe(1);
  // As a quoted string it is the same key (RFC 9651 §3.3.3).
  expect((await makeToken(`"${key}"`)).body).toEqual(first.body);
});

test('requests at the same moment: one does it, all get its answer', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 8 }, () => makeToken(key, 'at once')));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(await tokensCalled('at once')).toBe(1);
});

test('another process of the console, started later, answers as the first did', async () => {
  const key = randomUUID();
  const first = await makeToken(key, 'restart');
  await running.restart();
  const second = await makeToken(key, 'restart');
  expect(second.body).toEqual(first.body);
  expect(await tokensCalled('restart')).toBe(1);
});

test('the same key with another request is refused with 422, whatever differs', async () => {
  const key = randomUUID();
  await post('/domains', { name: 'first.test' }, key);
  for (const [path, body] of [
    ['/domains', { name: 'second.test' }],
    ['/aliases', { address: 'a@demo.test', targets: ['b@demo.test'] }],
  ] as const) {
    const { status, body: told } = await post(path, body, key);
    expect(status).toBe(422);
    expect(told).toMatchObject({
      type: 'urn:pochtar:problem:idempotencyKeyReused',
      messages: { ru: expect.any(String) },
    });
  }
});

test('a complaint is an answer like any other: the same key does not try again', async () => {
  const key = randomUUID();
  const first = await post('/aliases', { address: 'a@nowhere.test', targets: ['b@demo.test'] }, key);
  expect(first.status).toBe(404);
  await post('/domains', { name: 'nowhere.test' }, randomUUID());
  const second = await post('/aliases', { address: 'a@nowhere.test', targets: ['b@demo.test'] }, key);
  expect(second.status).toBe(404);
  expect(second.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(second.body).toEqual(first.body);
});

test('a key is of who sends it: the same one of somebody else is another', async () => {
  const key = randomUUID();
  await makeToken(key, 'of two');
  const { body } = await root.call('POST', '/admins', {
    ...{ login: 'second', password: 'a long enough password', role: 'admin', domains: null },
  });
  expect(body).toMatchObject({ administrator: { login: 'second' } });
  const second = await running.loggedIn('second', 'a long enough password');
  expect((await makeToken(key, 'of two', second)).headers.get('idempotency-replayed')).toBeNull();
  expect(await tokensCalled('of two')).toBe(2);
});

test('nothing that is shown once stands in the database: neither a token nor a password nor the key', async () => {
  const key = 'a-key-that-is-easy-to-find';
  const { body } = await makeToken(key, 'sealed');
  const password = 'a password that is easy to find';
  await post('/accounts', { address: `sealed@demo.test`, password }, `${key}-2`);
  const rows = await running.ground.db.query<{ row: string; answer: Buffer }>({
    text: 'select k::text as row, answer from console.kept_answer k',
  });
  const all = rows.map(({ row, answer }) => `${row} ${answer?.toString('latin1')}`).join('\n');
  for (const secret of [(body as { value: string }).value, password, key]) {
    expect(all).not.toContain(secret);
    expect(all).not.toContain(Buffer.from(secret).toString('hex'));
  }
});

test('a key that nobody could mean is refused with what one looks like', async () => {
  for (const key of ['with a blank', '""', 'x'.repeat(201), '"open', 'a\\b']) {
    const { status, body } = await makeToken(key, 'wrong');
    expect([key, status]).toEqual([key, 400]);
    expect(body).toMatchObject({ type: 'urn:pochtar:problem:invalidIdempotencyKey' });
  }
  expect(await tokensCalled('wrong')).toBe(0);
});

describe('what was cut off', () => {
  test('with nobody knowing whether it was done is not done again: 409 says to look', async () => {
    const key = randomUUID();
    expect((await makeToken(key, 'cut')).status).toBe(201);
    // As it is left by a process that dies between the question and the answer.
    await running.ground.db.query({
      text: `update console.kept_answer set answer = null, due_at = now() where begun_at = (
        select max(begun_at) from console.kept_answer)`,
    });
    const again = await makeToken(key, 'cut');
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ type: 'urn:pochtar:problem:outcomeUnknown' });
    expect(await tokensCalled('cut')).toBe(1);
  });
});

describe('what is kept', () => {
  const question = (id: number, author = 'console:many') => ({
    ...{ author, request: Buffer.from('r') },
    id: Buffer.from(String(id)),
  });

  test('is bounded for each author, in number and in bytes; the newest stay', async () => {
    const { db } = running.ground;
    const count = async (author: string): Promise<number> => {
      const [row] = await db.query<{ count: number }>({
        text: 'select count(*)::int as count from console.kept_answer where author = $1',
        values: [author],
      });
      return row?.count ?? 0;
    };
    await db.query({
      text: `insert into console.kept_answer (author, id, request, due_at, answer, begun_at)
        select 'console:many', n::text::bytea, 'r', now(), 'x', now() - interval '1 hour' + n * interval '1 second'
        from generate_series(1, 1000) n`,
    });
    await beginAnswer(db, question(1001), 60);
    await keepAnswer(db, question(1001), Buffer.from('x'));
    expect(await count('console:many')).toBe(1000);
    expect(await beginAnswer(db, question(1001), 60)).toMatchObject({ state: 'answered' });
    expect(await beginAnswer(db, question(1), 60)).toEqual({ state: 'begun' });
    for (const id of [1, 2, 3]) {
      const large = question(id, 'console:large');
      await beginAnswer(db, large, 60);
      await keepAnswer(db, large, Buffer.alloc(4 * 1024 * 1024));
    }
    expect(await count('console:large')).toBe(2);
  });

  test('is forgotten after a day: the key begins something new', async () => {
    const { db } = running.ground;
    const old = question(7, 'console:old');
    await beginAnswer(db, old, 60);
    await keepAnswer(db, old, Buffer.from('x'));
    await db.query({
      text: "update console.kept_answer set begun_at = now() - interval '24 hours' where author = $1",
      values: ['console:old'],
    });
    expect(await beginAnswer(db, old, 60)).toEqual({ state: 'begun' });
  });
});

test('every route that makes something takes a key, and the document says so', () => {
  const file = new URL('../../../docs/reference/openapi.json', import.meta.url);
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, { parameters: unknown[] }>>;
  };
  for (const [name, route] of Object.entries(contract as Record<string, AnyRoute>)) {
    const [method = '', path = ''] = name.split(' ');
    const at = `/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`;
    const parameters = JSON.stringify(paths[at]?.[method.toLowerCase()]?.parameters ?? []);
    expect([name, parameters.includes('/IdempotencyKey')]).toEqual([name, makesSomething(route)]);
  }
});
