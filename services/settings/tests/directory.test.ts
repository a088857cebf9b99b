import {
  adminAccount,
  adminAdministrator,
  adminAlias,
  adminDomain,
  adminGroup,
  adminSettings,
  connectBus,
  directoryChanged,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { passwordVerifier, resolveRecipients } from '@pochtar/store/directory';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
let orgId: number;
beforeAll(async () => {
  running = await runService({ hostName: 'localhost' });
  const { domain } = await running.get(adminDomain.create, {
    name: 'Example.ORG',
    postmaster: 'anna@example.org',
  });
  orgId = domain.id;
  await running.get(adminDomain.create, { name: 'пример.рф' });
});
afterAll(() => running[Symbol.asyncDispose]());

describe('domains', () => {
  test('are stored by their keys, with postmaster as RFC 5321 §4.5.1 asks', async () => {
    const { domains } = await running.get(adminDomain.list, {});
    expect(domains.map((domain) => domain.name)).toEqual(['example.org', 'xn--e1afmkfd.xn--p1ai']);
    expect(await resolveRecipients(running.db, ['postmaster@example.org'])).toEqual([
      { kind: 'alias', targets: ['anna@example.org'] },
    ]);
  });

  test.each(['', 'a b', '-a.org', 'a..b', 'x'.repeat(255)])('%j is refused', async (name) => {
    const refused = await running.complaint(adminDomain.create, { name });
    expect(['wrongFormat name', 'invalid name']).toContain(refused);
  });

  test('one that exists, holds addresses or is the default is told so', async () => {
    expect(await running.complaint(adminDomain.create, { name: 'example.org' })).toBe('exists name');
    expect(await running.complaint(adminDomain.delete, { name: 'example.org' })).toBe('notEmpty name');
    expect(await running.complaint(adminDomain.delete, { name: 'none.test' })).toBe('notFound name');
    await running.get(adminDomain.create, { name: 'default.test' });
    const choose = (defaultDomain: string | null) =>
      running.get(adminSettings.set, { changes: [{ section: 'general', patch: { defaultDomain } }] });
    await choose('default.test');
    expect(await running.complaint(adminDomain.delete, { name: 'default.test' })).toBe('inUse name');
    await choose(null);
    expect(await running.complaint(adminDomain.delete, { name: 'default.test' })).toBe('ok');
  });
});

describe('accounts', () => {
  test('a new one has the folders of the settings, can log in, and is announced', async () => {
    const heard: string[] = [];
    const access = {
      url: running.nats.url,
      user: 'smtp',
      password: running.nats.password,
      name: 't',
      log: silentLogger(),
    };
    await using bus = await connectBus(access);
    bus.subscribe(directoryChanged, ({ addresses }) => void heard.push(...addresses));
    await bus.connection.flush();
    const folders = [{ name: 'Отправленные', specialUse: 'Sent' }, { name: 'Папка' }];
    await running.get(adminSettings.set, {
      changes: [{ section: 'general', patch: { autoCreateFolders: folders } }],
    });
    const request = {
      address: 'Anna@Example.org',
      displayName: 'Анна',
      password: 'пароль-1',
      quotaBytes: 1000,
    };
    const { account } = await running.get(adminAccount.create, request);
    expect(account).toMatchObject({
      address: 'anna@example.org',
      hasPassword: true,
      quotaBytes: 1000,
      usedBytes: 0,
    });
    const mailboxes = await running.db.query({
      text: 'select name, special_use as use from store.mailbox where account_id = $1 order by name',
      values: [account.id],
    });
    expect(mailboxes).toEqual([
      { name: 'INBOX', use: null },
      { name: 'Отправленные', use: 'Sent' },
      { name: 'Папка', use: null },
    ]);
    const { verifyPassword } = passwordVerifier(running.db);
    expect((await verifyPassword('anna@example.org', 'пароль-1')).ok).toBe(true);
    await eventually(() => expect(heard).toContain('anna@example.org'));
  });

  test('RFC 5321 §4.1.2: a name in quotes is kept in them where it needs them, and found however it is typed', async () => {
    const { account } = await running.get(adminAccount.create, {
      address: '"John Doe"@Example.org',
      password: 'a long enough password',
    });
    expect(account.address).toBe('"john doe"@example.org');
    for (const address of [account.address, String.raw`"john\ doe"@EXAMPLE.org`]) {
      expect((await running.get(adminAccount.show, { address })).account.id).toBe(account.id);
      expect(
        await running.complaint(adminAccount.create, { address, password: 'a long enough password' }),
      ).toBe('exists address');
    }
    const targets = [account.address, '"Plain"@example.org'];
    const { alias } = await running.get(adminAlias.create, { address: '"jd"@example.org', targets });
    expect(alias).toMatchObject({
      address: 'jd@example.org',
      targets: [account.address, 'plain@example.org'],
    });
    await running.get(adminAlias.delete, { address: alias.address });
    await running.get(adminAccount.delete, { address: account.address });
  });

  test.each([
    [{ address: 'none' }, 'wrongFormat address'],
    [{ address: 'a@[127.0.0.1]' }, 'wrongFormat address'],
    [{ address: 'a@none.test' }, 'noDomain address'],
    [{ address: 'anna@example.org' }, 'exists address'],
    [{ address: 'postmaster@example.org' }, 'exists address'],
    [{ address: 'b@example.org', password: 'short' }, 'weakPassword password'],
    [{ address: 'b@example.org', password: `long\u0000enough` }, 'weakPassword password'],
    [{ address: 'b@example.org', quotaBytes: -1 }, 'invalid quotaBytes'],
  ])('%j is refused: %s', async (request, expected) => {
    expect(await running.complaint(adminAccount.create, request)).toBe(expected);
  });

  test('are shown, listed, changed and removed', async () => {
    await running.get(adminAccount.create, { address: 'почта@пример.рф' });
    await running.get(adminAlias.create, { address: 'a@example.org', targets: ['anna@example.org'] });
    const shown = await running.get(adminAccount.show, { address: 'ANNA@example.org' });
    expect(shown).toMatchObject({
      account: { displayName: 'Анна' },
      aliases: ['a@example.org', 'postmaster@example.org'],
    });
    const list = await running.get(adminAccount.list, { domain: 'пример.рф' });
    expect(list).toMatchObject({ accounts: [{ address: 'почта@xn--e1afmkfd.xn--p1ai' }], next: null });
    const page = await running.get(adminAccount.list, { limit: 1 });
    expect(page.next).toBe('anna@example.org');
    const changed = await running.get(adminAccount.update, {
      address: 'anna@example.org',
      isEnabled: false,
      quotaBytes: null,
    });
    expect(changed.account).toMatchObject({ isEnabled: false, quotaBytes: null, displayName: 'Анна' });
    await running.get(adminAccount.setPassword, { address: 'anna@example.org', password: 'другой-пароль' });
    await running.get(adminAccount.delete, { address: 'почта@пример.рф' });
    expect(await running.complaint(adminAccount.show, { address: 'почта@пример.рф' })).toBe(
      'notFound address',
    );
    await eventually(async () => {
      const left = await running.db.query({
        text: 'select count(distinct account_id)::int as n from store.mailbox',
      });
      expect(left).toEqual([{ n: 1 }]);
    });
  });
});

describe('aliases and groups', () => {
  test('an alias is made, changed and removed; one that leads to itself is refused', async () => {
    const alias = { address: 'info@example.org', targets: ['anna@example.org'] };
    await running.get(adminAlias.create, alias);
    expect(await running.complaint(adminAlias.create, alias)).toBe('exists address');
    const loop = { address: 'info@example.org', targets: ['Info@Example.org'] };
    expect(await running.complaint(adminAlias.update, loop)).toBe('loop targets');
    expect(await running.complaint(adminAlias.create, { ...alias, targets: ['x'] })).toBe(
      'wrongFormat targets.0',
    );
    const { alias: changed } = await running.get(adminAlias.update, {
      ...alias,
      targets: ['x@remote.test', 'y@remote.test'],
    });
    expect(changed.targets).toEqual(['x@remote.test', 'y@remote.test']);
    expect((await running.get(adminAlias.list, { search: 'info' })).aliases).toHaveLength(1);
    await running.get(adminAlias.delete, { address: 'info@example.org' });
    expect(await running.complaint(adminAlias.delete, { address: 'info@example.org' })).toBe(
      'notFound address',
    );
  });

  test('members of a group come and go', async () => {
    await running.get(adminGroup.create, {
      address: 'all@example.org',
      name: 'Все',
      members: ['a@example.org'],
    });
    const change = { address: 'all@example.org', add: ['b@remote.test'], remove: ['a@example.org'] };
    const { group } = await running.get(adminGroup.update, change);
    expect(group).toMatchObject({ name: 'Все', members: ['b@remote.test'] });
    expect(await running.complaint(adminGroup.update, { ...change, add: ['all@example.org'] })).toBe(
      'loop add',
    );
    expect((await running.get(adminGroup.list, {})).groups).toHaveLength(1);
    await running.get(adminGroup.delete, { address: 'all@example.org' });
  });
});

describe('administrators', () => {
  test('are made with their domains, log in, and the last one of all domains stays', async () => {
    await running.get(adminAdministrator.create, { login: 'root', password: 'password-1' });
    await running.get(adminAdministrator.create, {
      login: 'org',
      password: 'password-2',
      domains: ['Example.org'],
    });
    const { administrators } = await running.get(adminAdministrator.list, {});
    expect(administrators).toMatchObject([
      { login: 'org', domains: ['example.org'] },
      { login: 'root', domains: null },
    ]);
    const { verifyPrincipal } = passwordVerifier(running.db);
    const org = { login: 'org', key: null };
    expect(await verifyPrincipal(org, 'password-2')).toMatchObject({
      principal: { scope: [orgId] },
    });
    expect(await running.complaint(adminAdministrator.delete, { login: 'root' })).toBe('lastOne login');
    expect(await running.complaint(adminAdministrator.update, { login: 'org', domains: ['none.test'] })).toBe(
      'noDomain domains.0',
    );
    expect(
      await running.complaint(adminAdministrator.create, { login: 'root', password: 'password-1' }),
    ).toBe('exists login');
    expect(await running.complaint(adminAdministrator.create, { login: '<b>', password: 'password-1' })).toBe(
      'wrongFormat login',
    );
    await running.get(adminAdministrator.setPassword, { login: 'org', password: 'password-3' });
    expect((await verifyPrincipal(org, 'password-3')).ok).toBe(true);
    await running.get(adminAdministrator.delete, { login: 'org' });
  });
});

describe('the scope of an administrator of some domains', () => {
  test('hides the others and forbids what concerns the whole server', async () => {
    await running.get(adminAccount.create, { address: 'hidden@пример.рф' });
    const scope = [orgId];
    const list = await running.ask(adminAccount.list, {}, scope);
    expect(JSON.stringify(list)).not.toContain('hidden');
    const domains = await running.ask(adminDomain.list, {}, scope);
    expect(domains).toMatchObject({ ok: true, result: { domains: [{ name: 'example.org' }] } });
    expect(await running.complaint(adminAccount.show, { address: 'hidden@пример.рф' }, scope)).toBe(
      'notFound address',
    );
    expect(await running.complaint(adminAccount.create, { address: 'x@пример.рф' }, scope)).toBe(
      'noDomain address',
    );
    expect(await running.complaint(adminAccount.create, { address: 'x@example.org' }, scope)).toBe('ok');
    expect(await running.complaint(adminDomain.create, { name: 'x.test' }, scope)).toBe('forbidden ');
    expect(await running.complaint(adminAdministrator.list, {}, scope)).toBe('forbidden ');
  });
});
