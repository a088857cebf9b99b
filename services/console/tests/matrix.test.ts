// Role by route by scope, made from the contract: a new route is in it by being there.
import { createDomain } from '@pochtar/store/directory';
import { freePort } from '@pochtar/testkit';
import { createAccounts } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Belongings, makeBelongings, stateOf } from './belongings.ts';
import { namingFields, requestFor, routes } from './route-requests.ts';
import { type Answer, PASSWORD, type RunningConsole, runConsole, type Visitor } from './running-console.ts';

const OTHER = 'other.test';
const people = ['admin', 'domainAdmin', 'auditor', 'user'] as const;
type Role = (typeof people)[number];

let running: RunningConsole;
const visitors = {} as Record<Role, Visitor>;
const tokens = {} as Record<Exclude<Role, 'user'>, Visitor>;
let outside: Belongings;

beforeAll(async () => {
  const port = await freePort();
  running = await runConsole({ beside: ['delivery', 'ldap'], settings: { addressBook: { port } } });
  const { ground } = running;
  await createDomain(ground.db, OTHER);
  await createAccounts(ground.db, ['anna'], { password: PASSWORD });
  const logins = { admin: 'root', domainAdmin: 'demo', auditor: 'auditor', user: 'anna@demo.test' };
  for (const role of people) visitors[role] = await running.loggedIn(logins[role]);
  outside = await makeBelongings(ground, OTHER, visitors.admin);
  for (const role of ['admin', 'domainAdmin'] as const) tokens[role] = await tokenOf(role, visitors[role]);
  tokens.auditor = await tokenOf('auditor', visitors.admin);
});
afterAll(() => running[Symbol.asyncDispose]());

async function tokenOf(role: Role, maker: Visitor): Promise<Visitor> {
  const domains = role === 'domainAdmin' ? ['demo.test'] : null;
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const { body } = await maker.call('POST', '/tokens', { name: role, role, domains, expiresAt });
  const { value } = body as { value: string };
  const one = running.visitor();
  return {
    cookie: '',
    call: (method, path, sent, headers) =>
      one.call(method, path, sent, { ...headers, authorization: `Bearer ${value}` }),
  };
}

/** The answer for a route that does not exist for who asks: it names no field, since nobody has looked. */
function isUnknown({ status, body }: Answer): boolean {
  return status === 404 && (body as { errors?: unknown }).errors === undefined;
}

/** Asks as it fits; where something would be changed, with a field that no route has: being told of it means being let in. */
async function isLetIn(name: string, visitor: Visitor): Promise<boolean> {
  const nothing = {
    ...outside,
    account: 'no@no.test',
    alias: 'no@no.test',
    group: 'no@no.test',
    contact: 'no@no.test',
    token: 999_999,
    task: 999_999,
    selector: 'no',
  };
  const { method, path, body } = requestFor(name, nothing);
  const sent = body && { ...body, ['no such field']: 1 };
  if (name === 'GET /events') return isStreamed(path, visitor);
  const answer = await visitor.call(method, path, sent);
  expect(answer.status, name).toBeLessThan(500);
  expect(answer.status, `${name}: ${JSON.stringify(answer.body)}`).not.toBe(403);
  return answer.status !== 401 && !isUnknown(answer);
}

async function isStreamed(path: string, visitor: Visitor): Promise<boolean> {
  const ending = new AbortController();
  const headers = { cookie: visitor.cookie };
  const response = await fetch(`${running.url}/api/v1${path}`, { headers, signal: ending.signal });
  ending.abort();
  return response.status === 200;
}

/** Logs out, which is not to end the session of the other tests; of tokens it ends nothing. */
const ENDS = 'DELETE /session';

describe('a route is there for the roles of its contract and for nobody else', () => {
  test.each(routes)('%s', async (name, { roles }) => {
    const before = await stateOf(running.ground);
    const allowed = roles === 'everybody' ? people : roles;
    for (const role of people) {
      if (allowed.includes(role) && (name === ENDS || name.includes('/:mail'))) continue;
      expect(await isLetIn(name, visitors[role]), role).toBe(allowed.includes(role));
    }
    for (const [role, visitor] of Object.entries(tokens)) {
      if (name === ENDS || name === 'GET /events' || name.includes('/:mail')) continue;
      const isAllowed = allowed.includes(role as Role) && !name.includes('/tokens');
      expect(await isLetIn(name, visitor), `token of ${role}`).toBe(isAllowed);
    }
    const { method, path, body } = requestFor(name, outside);
    const { status } = await running.visitor().call(method, path, body);
    if (roles === 'everybody') expect(status).not.toBe(403);
    else expect(status, 'nobody').toBe(401);
    expect(await stateOf(running.ground)).toBe(before);
  });
});

const scoped = routes
  .filter(([, { roles }]) => roles.includes('domainAdmin'))
  .flatMap(([name, route]) =>
    namingFields(route).map((field) => ({ name, field: `${field.place}.${field.name}` })),
  );

describe('an administrator of a domain reaches into no other', () => {
  test.each(scoped)('by $field of $name; into his own he does', async ({ name, field }) => {
    const { ground } = running;
    const [place, key] = field.split('.') as ['params' | 'query' | 'body', string];
    const naming = { place, name: key };
    const before = await stateOf(ground);
    for (const visitor of [visitors.domainAdmin, tokens.domainAdmin]) {
      const { method, path, body } = requestFor(name, outside, naming);
      const answer = await visitor.call(method, path, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(404);
    }
    expect(await stateOf(ground)).toBe(before);
    const own = await makeBelongings(ground, 'demo.test', visitors.domainAdmin);
    const { method, path, body } = requestFor(name, own, naming);
    const answer = await visitors.domainAdmin.call(method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  });
});

describe('lists show an administrator of a domain nothing of another', () => {
  const lists = routes.filter(
    ([name, { roles }]) => name.startsWith('GET') && roles.includes('domainAdmin') && !name.includes(':'),
  );
  test.each(lists.filter(([name]) => name !== 'GET /events'))('%s', async (name, route) => {
    const own = await makeBelongings(running.ground, 'demo.test', visitors.domainAdmin);
    const { path } = requestFor(name, own);
    const { status, body } = await visitors.domainAdmin.call('GET', path);
    expect(status).toBe(200);
    // What he tried himself stands in the audit log.
    const text = name === 'GET /audit' ? authorsOf(body) : JSON.stringify(body);
    for (const thing of [OTHER, outside.mail, outside.held, 'console:root'])
      expect(text, thing).not.toContain(thing);
    if (!('question' in route)) return;
    // The oldest come last here, and there may be more than a page.
    const found =
      name === 'GET /quarantine' ? `?recipient=${OTHER}` : name === 'GET /contacts' ? `?domain=${OTHER}` : '';
    const everything = await visitors.admin.call('GET', path + found);
    if (/domains|accounts|aliases|groups|contacts|queue$|quarantine/.test(name))
      expect(JSON.stringify(everything.body)).toContain(OTHER);
  });
});

function authorsOf(body: unknown): string {
  return JSON.stringify((body as { entries: { author: string }[] }).entries.map(({ author }) => author));
}

test('a rule of data loss prevention is made, changed under another name by its old one, and removed', async () => {
  const { admin } = visitors;
  const definition = {
    ...{ directions: ['outgoing'], senders: [], recipients: [], action: 'log', reason: '' },
    conditions: [{ kind: 'detector', detector: 'inn', least: 1 }],
  };
  const rule = { name: 'ИНН/1', isOn: true, position: 1, definition };
  expect(await admin.call('POST', '/dlp/rules', rule)).toMatchObject({ status: 201, body: { rule } });
  const path = `/dlp/rules/${encodeURIComponent(rule.name)}`;
  const bad = { ...definition, conditions: [{ kind: 'expression', expression: '(a', least: 1 }] };
  expect(await admin.call('PUT', path, { ...rule, definition: bad })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/definition/conditions/0/expression' }] },
  });
  const renamed = { ...rule, name: 'ИНН', isOn: false };
  expect((await admin.call('PUT', path, renamed)).status).toBe(200);
  const { body } = await admin.call('GET', '/dlp/rules');
  expect(body).toMatchObject({ rules: [renamed] });
  expect((await admin.call('DELETE', path)).status).toBe(404);
  expect((await admin.call('DELETE', `/dlp/rules/${encodeURIComponent('ИНН')}`)).status).toBe(200);
});
