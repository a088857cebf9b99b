// ADR 24: whoever sets a password makes its SCRAM keys, so that the next log-in needs no password on the wire; what the former
// one had is gone.
import { adminAccount, adminDomain, adminLogin, askAdmin, type Asker } from '@pochtar/bus';
import { type ScramKeys, scramKeys, ScramKeyStore } from '@pochtar/store/directory';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
  await running.get(adminDomain.create, { name: 'keys.test' });
});
afterAll(() => running[Symbol.asyncDispose]());

/** As an exchange would find them; null: there are none that count. */
async function keysOf(address: string): Promise<ScramKeys | null> {
  const { keys, account } = await new ScramKeyStore(running.db, running.key).of(address, address);
  return account === null ? null : keys;
}

async function areOf(address: string, password: string): Promise<boolean> {
  const keys = await keysOf(address);
  if (keys === null) return false;
  const { storedKey, serverKey } = await scramKeys(password, keys.salt, keys.iterations);
  return storedKey.equals(keys.storedKey) && serverKey.equals(keys.serverKey);
}

async function rows(address: string): Promise<number> {
  const [row] = await running.db.query<{ count: number }>({
    text: `select count(*)::int as count from directory.scram_key k join directory.account a on a.id = k.account_id
      where a.address = $1`,
    values: [address],
  });
  return row?.count ?? 0;
}

test('an account that is made with a password has its keys, one without has none', async () => {
  await running.get(adminAccount.create, { address: 'new@keys.test', password: 'первый-пароль' });
  expect(await areOf('new@keys.test', 'первый-пароль')).toBe(true);
  expect(await areOf('new@keys.test', 'another one')).toBe(false);
  await running.get(adminAccount.create, { address: 'silent@keys.test' });
  expect(await keysOf('silent@keys.test')).toBeNull();
});

test('a password that an administrator sets has keys of its own, and those of the former one are gone', async () => {
  await running.get(adminAccount.create, { address: 'set@keys.test', password: 'password-1' });
  await running.get(adminAccount.setPassword, { address: 'set@keys.test', password: 'password-2' });
  expect(await areOf('set@keys.test', 'password-2')).toBe(true);
  expect(await areOf('set@keys.test', 'password-1')).toBe(false);
  expect(await rows('set@keys.test')).toBe(1);
});

test('a password that its owner changes likewise', async () => {
  const account = 'own@keys.test';
  await running.get(adminAccount.create, { address: account, password: 'password-1' });
  const owner: Asker = {
    ...{ author: account, role: 'user', scope: [], account },
    clientAddress: '192.0.2.9',
  };
  const change = { current: 'password-1', password: 'password-2' };
  expect(await askAdmin(running.bus, adminLogin.ownPassword, owner, change)).toMatchObject({ ok: true });
  expect(await areOf(account, 'password-2')).toBe(true);
  expect(await rows(account)).toBe(1);
});
