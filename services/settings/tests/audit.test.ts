import { adminAccount, adminDomain, adminSettings, askAdmin } from '@pochtar/bus';
import { listAudit } from '@pochtar/store/audit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
  await running.get(adminDomain.create, { name: 'audit.test' });
});
afterAll(() => running[Symbol.asyncDispose]());

const newest = async (limit: number) => listAudit(running.db, { limit });

describe('the audit log', () => {
  test('keeps who changed what, from where, and how it ended, without passwords', async () => {
    const asker = {
      author: 'console:anna',
      role: 'admin',
      scope: 'all',
      clientAddress: '192.0.2.7',
    } as const;
    const request = { address: 'boss@audit.test', password: 'a very secret password', displayName: 'Boss' };
    expect((await askAdmin(running.bus, adminAccount.create, asker, request)).ok).toBe(true);
    expect((await askAdmin(running.bus, adminAccount.create, asker, request)).ok).toBe(false);
    const [second, first] = await newest(2);
    const entry = {
      author: 'console:anna',
      role: 'admin',
      clientAddress: '192.0.2.7',
      action: 'account.create',
      object: 'boss@audit.test',
      details: { displayName: 'Boss', quotaBytes: null, isEnabled: true },
    };
    expect(first).toMatchObject({ ...entry, outcome: 'done' });
    expect(second).toMatchObject({ ...entry, outcome: 'exists' });
    expect(JSON.stringify(await newest(100))).not.toContain('secret password');
  });

  test('keeps nothing of a mere look or of a validation', async () => {
    const before = await newest(1);
    await running.get(adminSettings.get, {});
    const changes = [{ section: 'sending', patch: { maxMessageSizeMb: 30 } }];
    await running.get(adminSettings.set, { changes, validateOnly: true });
    expect(await newest(1)).toEqual(before);
    await running.get(adminSettings.set, { changes });
    expect((await newest(1))[0]).toMatchObject({ action: 'settings.set', object: 'sending', details: {} });
  });
});

describe('roles', () => {
  const asked = (role: 'admin' | 'domainAdmin' | 'auditor' | 'user', scope: 'all' | number[]) => async () => {
    const reply = await askAdmin(
      running.bus,
      adminDomain.create,
      { author: 'test', role, scope },
      { name: 'other.test' },
    );
    return reply.ok ? 'ok' : reply.error.code;
  };

  test('an auditor, a domain administrator and a user create no domain', async () => {
    expect(await asked('auditor', 'all')()).toBe('forbidden');
    expect(await asked('domainAdmin', [1])()).toBe('forbidden');
    expect(await asked('user', [])()).toBe('forbidden');
  });

  test('a role of the whole server with a part of it, or the other way round, is nobody', async () => {
    expect(await asked('admin', [1])()).toBe('forbidden');
    const reply = await askAdmin(
      running.bus,
      adminAccount.list,
      { author: 'test', role: 'domainAdmin', scope: 'all' },
      {},
    );
    expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  });

  test('an auditor looks at everything', async () => {
    const auditor = { author: 'test', role: 'auditor', scope: 'all' } as const;
    expect((await askAdmin(running.bus, adminSettings.get, auditor, {})).ok).toBe(true);
    expect((await askAdmin(running.bus, adminAccount.list, auditor, {})).ok).toBe(true);
  });
});
