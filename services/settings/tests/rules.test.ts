// Mail rules of accounts, as their owners and administrators keep them.
import {
  adminAccount,
  adminDomain,
  type AdminQuestion,
  adminRules,
  type Asker,
  askAdmin,
} from '@pochtar/bus';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
let owner: Asker;
const address = 'anna@rules.test';

beforeAll(async () => {
  running = await runService();
  await running.get(adminDomain.create, { name: 'rules.test' });
  for (const name of ['anna', 'boris']) {
    await running.get(adminAccount.create, { address: `${name}@rules.test`, password: 'password-1' });
  }
  owner = { author: `console:${address}`, role: 'user', scope: [], login: address, account: address };
});
afterAll(() => running[Symbol.asyncDispose]());
beforeEach(async () => {
  await running.get(adminRules.activate, { address, name: null });
  for (const { name } of (await running.get(adminRules.list, { address })).rules) {
    await running.get(adminRules.remove, { address, name });
  }
});

async function active(): Promise<string[]> {
  const { rules } = await running.get(adminRules.list, { address });
  return rules.filter(({ isActive }) => isActive).map(({ name }) => name);
}

type Asked = (typeof adminRules)[keyof typeof adminRules];

async function complaint(question: Asked, request: object): Promise<string> {
  const reply = await askAdmin(running.bus, question as AdminQuestion<object, unknown>, owner, request);
  return reply.ok ? 'ok' : reply.error.code;
}

test('rules are saved, shown, switched on and off, renamed and removed; of several one is active', async () => {
  await running.get(adminRules.save, { address, name: 'one', content: 'keep;', isActive: true });
  await running.get(adminRules.save, { address, name: 'two', content: '# пусто\nkeep;' });
  const { rules } = await running.get(adminRules.list, { address });
  expect(rules.map(({ name, bytes, isActive }) => [name, bytes, isActive])).toEqual([
    ['one', 5, true],
    ['two', 18, false],
  ]);
  await running.get(adminRules.activate, { address, name: 'two' });
  expect(await active()).toEqual(['two']);
  await running.get(adminRules.rename, { address, name: 'two', to: 'three' });
  expect(await active()).toEqual(['three']);
  expect(await running.get(adminRules.show, { address, name: 'three' })).toEqual({
    content: '# пусто\nkeep;',
  });
  await running.get(adminRules.activate, { address, name: null });
  expect(await active()).toEqual([]);
  await running.get(adminRules.remove, { address, name: 'three' });
  expect((await running.get(adminRules.list, { address })).rules).toHaveLength(1);
});

test('RFC 5804 §2.6, §2.8, §2.10, §2.11: what cannot be is refused, with the place of a mistake', async () => {
  await running.get(adminRules.save, { address, name: 'one', content: 'keep;', isActive: true });
  await running.get(adminRules.save, { address, name: 'two', content: 'keep;' });
  expect(await complaint(adminRules.remove, { address, name: 'one' })).toBe('active');
  expect(await complaint(adminRules.rename, { address, name: 'one', to: 'two' })).toBe('exists');
  expect(await complaint(adminRules.activate, { address, name: 'none' })).toBe('notFound');
  const wrong = await askAdmin(running.bus, adminRules.save, owner, {
    address,
    name: 'one',
    content: 'keep;\n frob;',
  });
  expect(wrong).toMatchObject({ ok: false, error: { code: 'wrongRules', field: 'content' } });
  expect(wrong.ok ? '' : wrong.error.message.en).toContain('line 2, column 2');
  expect((await running.get(adminRules.show, { address, name: 'one' })).content).toBe('keep;');
});

test('what delivery does not carry out cannot be required', async () => {
  const { fault, extensions } = await running.get(adminRules.check, { content: 'require "fcc";' });
  expect(fault).toMatchObject({ line: 1, column: 9 });
  expect(extensions).toContain('vacation');
  expect(extensions).not.toContain('fcc');
});

test('a user has the rules of his own mailbox, and of no other', async () => {
  const mine = await askAdmin(running.bus, adminRules.save, owner, {
    address,
    name: 'own',
    content: 'keep;',
  });
  expect(mine.ok).toBe(true);
  const other = 'boris@rules.test';
  for (const [question, request] of [
    [adminRules.list, { address: other }],
    [adminRules.save, { address: other, name: 'x', content: 'discard;', isActive: true }],
    [adminRules.activate, { address: other, name: null }],
  ] as const) {
    expect(await complaint(question, request)).toBe('notFound');
  }
  expect((await running.get(adminRules.list, { address: other })).rules).toEqual([]);
});

test('there are so many rules and no more', async () => {
  for (let index = 0; index < 50; index++) {
    await running.get(adminRules.save, { address, name: `r${index}`, content: 'keep;' });
  }
  expect(await complaint(adminRules.save, { address, name: 'more', content: 'keep;' })).toBe('tooMany');
  expect(await complaint(adminRules.save, { address, name: 'r7', content: 'discard;' })).toBe('ok');
});
