// Whatever is sent to whatever route: never an error of ours, always a problem document, and nothing of it sticks.
import { createAccounts } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { AnyRoute } from '../src/contract/route.ts';
import { type Belongings, makeBelongings } from './belongings.ts';
import { requestFor, routes } from './route-requests.ts';
import { PASSWORD, type RunningConsole, runConsole, type Visitor } from './running-console.ts';

let running: RunningConsole;
let root: Visitor;
let user: Visitor;
let things: Belongings;
beforeAll(async () => {
  running = await runConsole({ beside: ['delivery'] });
  await createAccounts(running.ground.db, ['anna'], { password: PASSWORD });
  root = await running.loggedIn('root');
  user = await running.loggedIn('anna@demo.test');
  things = await makeBelongings(running.ground, 'demo.test', root);
});
afterAll(() => running[Symbol.asyncDispose]());

const NESTED = `${'{"a":'.repeat(31)}1${'}'.repeat(31)}`;
/** As JSON, so that what no program would write can be sent too. */
const VALUES = [
  ...[
    'null',
    'true',
    '0',
    '-1',
    '1.5',
    '1e308',
    '9007199254740991',
    '99999999999999999999',
    '""',
    '"x"',
    '[]',
    '{}',
  ],
  ...[
    '"\\u0000"',
    '"\\ud800"',
    '"a\\u0000b@demo.test"',
    '"\\ud800@demo.test"',
    '"‮👍\\u202e"',
    '"😀@😀.test"',
  ],
  ...[
    '[null]',
    '["x","x"]',
    '[[[]]]',
    '{"x":1}',
    '{"__proto__":{"isAdmin":true}}',
    '{"constructor":{"prototype":{}}}',
  ],
  ...[
    '"0000-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59Z"',
    `"'; drop table x; --"`,
    '"%"',
    '"\\\\"',
    `"${'x'.repeat(5000)}"`,
  ],
  ...['{"toString":1}', '[{"__proto__":null}]', NESTED, `[${'0,'.repeat(2000)}0]`],
];

function fields(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return [];
  return Object.keys(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {});
}

interface Raw {
  method: string;
  path: string;
  body?: string;
}

/** Every field takes one of so many values, its neighbours the others. */
function taking(place: number, share: number, names: readonly string[]): string[] {
  return names.filter((_, index) => index % share === place % share);
}

function* badRequests(name: string, route: AnyRoute): Generator<Raw> {
  const { method, path, body } = requestFor(name, things);
  if (route.body !== undefined) {
    for (const [place, value] of VALUES.entries()) {
      yield { method, path, body: place % 2 === 0 ? value : `{"__proto__":${value}}` };
      for (const field of taking(place, 10, fields(route.body))) {
        const rest = Object.entries(body ?? {}).filter(([one]) => one !== field);
        const members = [...rest.map(([one, of]) => `"${one}":${JSON.stringify(of)}`), `"${field}":${value}`];
        yield { method, path, body: `{${members.join(',')}}` };
      }
    }
  }
  for (const [place, value] of VALUES.entries()) {
    const text = encodeURIComponent(
      value.startsWith('"') ? (JSON.parse(value) as string).toWellFormed() : value,
    );
    const [, template = ''] = name.split(' ');
    if (template.includes(':'))
      yield { method, path: template.replaceAll(/:\w+/g, text.slice(0, 900) || '%20') };
    const bare = path.split('?')[0] as string;
    for (const field of taking(place, 5, [...fields(route.query), '__proto__', 'x[y]']))
      yield { method, path: `${bare}?${field}=${text}` };
  }
}

/** Those that would end the session that asks. */
const ENDS = new Set(['DELETE /session', 'GET /events']);

test.each(routes.filter(([name]) => !ENDS.has(name)))('%s', async (name, route) => {
  const visitor = route.roles.includes('admin') || route.roles === 'everybody' ? root : user;
  const all = [...badRequests(name, route)];
  // Guesses at passwords close the door; a hash, a key or a far side costs time: a part of them says the same.
  const isSlow = /session|password|certificates|POST \/admins|dns|tests/.test(name);
  const asked = isSlow ? all.slice(0, 40) : all;
  for (let from = 0; from < asked.length; from += 8)
    await Promise.all(asked.slice(from, from + 8).map((one) => look(one, visitor)));
  expect(asked.length).toBeGreaterThan(10);
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
});

async function look({ method, path, body }: Raw, { cookie }: Visitor): Promise<void> {
  const response = await fetch(`${running.url}/api/v1${path}`, {
    method,
    headers: { cookie, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const told = `${method} ${path} ${body?.slice(0, 200)}: ${response.status} ${text.slice(0, 300)}`;
  expect(response.status, told).toBeLessThan(500);
  if (response.status < 400) return;
  expect(response.headers.get('content-type'), told).toMatch(/^application\/problem\+json/);
  expect(text.length, told).toBeLessThan(20_000);
}
