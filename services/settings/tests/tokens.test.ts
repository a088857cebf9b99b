import {
  adminAdministrator,
  adminAudit,
  adminDomain,
  adminToken,
  type Asker,
  askAdmin,
  wholeServer,
} from '@pochtar/bus';
import { forgetAudit, listAudit } from '@pochtar/store/audit';
import { openDatabase } from '@pochtar/store/db';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

const DAY_MS = 86_400_000;
const soon = new Date(Date.now() + 30 * DAY_MS).toISOString();

let running: Running;
let inId: number;
let root: Asker;
let some: Asker;

beforeAll(async () => {
  running = await runService();
  inId = (await running.get(adminDomain.create, { name: 'in.test' })).domain.id;
  await running.get(adminDomain.create, { name: 'other.test' });
  await running.get(adminAdministrator.create, { login: 'root', password: 'password-1' });
  const domains = ['in.test'];
  await running.get(adminAdministrator.create, { login: 'some', password: 'password-1', domains });
  root = { author: 'console:root', role: 'admin', scope: 'all', login: 'root' };
  some = { author: 'console:some', role: 'domainAdmin', scope: [inId], login: 'some' };
});
afterAll(() => running[Symbol.asyncDispose]());

interface Wish {
  name?: string;
  role: 'admin' | 'domainAdmin' | 'auditor';
  domains?: string[];
  expiresAt?: string;
  maker?: string;
}

async function make(asker: Asker, wish: Wish) {
  const reply = await askAdmin(running.bus, adminToken.create, asker, {
    name: 'backup',
    expiresAt: soon,
    ...wish,
  });
  if (!reply.ok) throw new Error(`${reply.error.code} ${reply.error.field}`);
  return reply.result;
}

async function check(token: string) {
  const asker = wholeServer('console');
  const reply = await askAdmin(running.bus, adminToken.check, asker, { token, clientAddress: '192.0.2.9' });
  return reply.ok ? reply.result : reply.error.code;
}

async function names(asker: Asker): Promise<string[]> {
  const reply = await askAdmin(running.bus, adminToken.list, asker, {});
  return reply.ok ? reply.result.tokens.map(({ name, maker }) => `${maker} ${name}`) : [reply.error.code];
}

describe('a token', () => {
  test('is shown once, stored as a digest, and stands for its role until it is removed', async () => {
    const { token, value } = await make(root, { name: 'once', role: 'auditor' });
    expect(value).toMatch(/^pochtar_[A-Za-z0-9_-]{43}$/);
    expect(token).toMatchObject({
      name: 'once',
      maker: 'root',
      role: 'auditor',
      domains: null,
      isAlive: true,
    });
    expect(await check(value)).toMatchObject({
      principal: { kind: 'administrator', login: 'root', role: 'auditor', scope: 'all', domains: null },
      token: { id: token.id, name: 'once' },
    });
    expect(await check(`${value}x`)).toBe('wrongToken');
    const rows = await running.db.query<object>({ text: 'select t::text from directory.token t' });
    expect(JSON.stringify(rows)).not.toContain(value.slice(8));
    expect(JSON.stringify(await listAudit(running.db, { limit: 500 }))).not.toContain(value.slice(8));
    await running.get(adminToken.delete, { id: token.id });
    expect(await check(value)).toBe('wrongToken');
  });

  test('notes its last use', async () => {
    const { token, value } = await make(root, { name: 'used', role: 'admin' });
    for (let i = 0; i < 20; i++) await check(value);
    const known = async () =>
      (await running.get(adminToken.list, {})).tokens.find(({ id }) => id === token.id);
    await eventually(async () => expect((await known())?.lastUsedAddress).toBe('192.0.2.9'));
    expect((await known())?.lastUsedAt).toMatch(/^\d{4}-/);
  });

  test('may no more than its maker: neither when it is made', async () => {
    await expect(make(some, { role: 'admin' })).rejects.toThrow('tooMuch role');
    await expect(make(some, { role: 'auditor' })).rejects.toThrow('tooMuch role');
    await expect(make(some, { role: 'domainAdmin', domains: ['other.test'] })).rejects.toThrow('noDomain');
    await expect(make(some, { role: 'domainAdmin' })).rejects.toThrow('wrongDomains domains');
    await expect(make(some, { role: 'domainAdmin', domains: ['in.test'], maker: 'root' })).rejects.toThrow(
      'wrongMaker maker',
    );
    await expect(make(root, { role: 'admin', domains: ['in.test'] })).rejects.toThrow('wrongDomains');
  });

  test('nor when it is used: it narrows with its maker, and dies with him', async () => {
    const domains = ['in.test', 'other.test'];
    await running.get(adminAdministrator.create, { login: 'maker', password: 'password-1', domains });
    const made = await make(wholeServer('ctl:root'), { role: 'domainAdmin', domains, maker: 'maker' });
    expect(await check(made.value)).toMatchObject({ principal: { domains } });
    const update = (change: object) => running.get(adminAdministrator.update, { login: 'maker', ...change });
    await update({ domains: ['in.test'] });
    expect(await check(made.value)).toMatchObject({ principal: { domains: ['in.test'], scope: [inId] } });
    await update({ isEnabled: false });
    expect(await check(made.value)).toBe('wrongToken');
    await update({ isEnabled: true, role: 'auditor' });
    expect(await check(made.value)).toBe('wrongToken');
    await update({ role: 'admin' });
    expect(await check(made.value)).toMatchObject({ principal: { role: 'domainAdmin', domains } });
    const mighty = await make(wholeServer('ctl:root'), { role: 'admin', maker: 'maker' });
    await update({ role: 'domainAdmin', domains: ['in.test'] });
    expect(await check(mighty.value)).toBe('wrongToken');
    await running.get(adminAdministrator.delete, { login: 'maker' });
    expect(await check(made.value)).toBe('wrongToken');
  });

  test('of others is neither seen nor removed by an administrator of domains; an admin sees all', async () => {
    const own = await make(some, { name: 'own', role: 'domainAdmin', domains: ['in.test'] });
    const foreign = await make(root, { name: 'foreign', role: 'admin' });
    expect(await names(some)).toEqual(['some own']);
    expect(await names(root)).toEqual(expect.arrayContaining(['some own', 'root foreign']));
    expect(await names({ author: 'console:x', role: 'auditor', scope: 'all' })).toContain('some own');
    expect(await names({ author: 'x', role: 'domainAdmin', scope: [inId] })).toEqual([]);
    const remove = (id: number) => askAdmin(running.bus, adminToken.delete, some, { id });
    expect(await remove(foreign.token.id)).toMatchObject({ ok: false, error: { code: 'notFound' } });
    expect(await remove(own.token.id)).toMatchObject({ ok: true });
  });

  test('ends, within two years; there is a limit to how many one has', async () => {
    const at = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
    await expect(make(root, { role: 'admin', expiresAt: at(-1) })).rejects.toThrow('outOfRange expiresAt');
    await expect(make(root, { role: 'admin', expiresAt: at(732) })).rejects.toThrow('outOfRange expiresAt');
    const { token, value } = await make(root, { role: 'admin', expiresAt: at(730) });
    await running.db.query({
      text: "update directory.token set expires_at = now() - interval '1 second' where id = $1",
      values: [token.id],
    });
    expect(await check(value)).toBe('wrongToken');
    const known = await running.get(adminToken.list, {});
    expect(known.tokens.find(({ id }) => id === token.id)?.isAlive).toBe(false);
    await running.db.query({
      text: `insert into directory.token (maker_id, name, digest, role, expires_at)
        select m.id, 'many', sha256(i::text::bytea), 'admin', now() + interval '1 day'
        from directory.administrator m, generate_series(1, 100) i where m.login = 'root'`,
    });
    await expect(make(root, { role: 'admin' })).rejects.toThrow('tooManyTokens');
    await running.db.query({ text: "delete from directory.token where name = 'many'" });
  });
});

describe('the audit log', () => {
  const list = async (asker: Asker, filter: object = {}) => {
    const reply = await askAdmin(running.bus, adminAudit.list, asker, filter);
    if (!reply.ok) throw new Error(reply.error.code);
    return reply.result;
  };

  test('is read in pages, by author, question, object and time', async () => {
    const whole = await list(root);
    const first = await list(root, { limit: 2 });
    const second = await list(root, { limit: 2, before: first.next ?? undefined });
    expect([...first.entries, ...second.entries]).toEqual(whole.entries.slice(0, 4));
    const made = await list(root, { action: 'administrator', object: 'some' });
    expect(made.entries.map(({ action, object }) => `${action} ${object}`)).toEqual([
      'administrator.create some',
    ]);
    expect((await list(root, { until: '2020-01-01T00:00:00Z' })).entries).toEqual([]);
  });

  test('shows an administrator of domains his own entries alone', async () => {
    const authors = new Set((await list(some)).entries.map(({ author }) => author));
    expect([...authors]).toEqual(['console:some']);
    expect((await list(some, { author: 'console:root' })).entries).toEqual([]);
    const user = { author: 'x', role: 'user', scope: [], account: 'a@in.test' } satisfies Asker;
    await expect(list(user)).rejects.toThrow('forbidden');
  });

  test('forgets what is older than it is kept, and nothing else', async () => {
    const before = (await list(root)).entries.length;
    await running.db.query({
      text: "insert into audit.entry (author, role, action, object) values ('old', 'admin', 'x', 'x')",
    });
    const { testDatabase } = running;
    const url = testDatabase.url('owner');
    await using owner = openDatabase({ url, password: testDatabase.password, max: 1 });
    await owner.query({
      text: "update audit.entry set at = now() - interval '401 days' where author = 'old'",
    });
    expect(await forgetAudit(running.db)).toBe(1);
    expect(await forgetAudit(running.db)).toBe(0);
    expect((await list(root)).entries).toHaveLength(before);
  });
});
