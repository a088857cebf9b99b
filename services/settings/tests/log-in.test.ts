import {
  adminAccount,
  adminAdministrator,
  adminAlias,
  administratorChanged,
  adminDomain,
  adminLogin,
  adminOwn,
  adminSettings,
  type Asker,
  askAdmin,
  type AuthFailed,
  authFailed,
  connectBus,
  directoryChanged,
  wholeServer,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { listAudit } from '@pochtar/store/audit';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService({ serviceCount: 2 });
  await running.get(adminDomain.create, { name: 'in.test' });
  await running.get(adminDomain.create, { name: 'other.test' });
  await running.get(adminAdministrator.create, { login: 'root', password: 'password-root' });
  const anna = { address: 'anna@in.test', displayName: 'Анна', password: 'password-anna' };
  await running.get(adminAccount.create, anna);
  const changes = [{ section: 'limits', patch: { failedLogins: 5, banMinutes: 15 } }];
  await running.get(adminSettings.set, { changes });
});
afterAll(() => running[Symbol.asyncDispose]());

let clients = 0;
/** A client that has not been seen before. */
const stranger = (): string => `192.0.2.${++clients}`;

async function check(login: string, password: string, clientAddress = stranger()) {
  const reply = await askAdmin(running.bus, adminLogin.check, wholeServer('console'), {
    login,
    password,
    clientAddress,
  });
  return reply.ok ? reply.result.principal : reply.error;
}

async function identity(login: string, kind: 'administrator' | 'account' = 'administrator') {
  const reply = await askAdmin(running.bus, adminLogin.identity, wholeServer('console'), { login, kind });
  return reply.ok ? reply.result.principal : reply.error.code;
}

describe('a log-in to the console', () => {
  test('of an administrator answers role, domains and what they may see', async () => {
    expect(await check('root', 'password-root')).toEqual({
      kind: 'administrator',
      login: 'root',
      role: 'admin',
      scope: 'all',
      domains: null,
      displayName: '',
      account: null,
      epoch: 1,
      hasOwnPassword: false,
    });
    const some = { login: 'some', password: 'password-some', displayName: 'Some One', domains: ['in.test'] };
    await running.get(adminAdministrator.create, some);
    const [domain] = (await running.get(adminDomain.list, {})).domains;
    expect(await check('some', 'password-some', '192.0.2.200')).toMatchObject({
      role: 'domainAdmin',
      scope: [domain?.id],
      domains: ['in.test'],
      displayName: 'Some One',
    });
    const { administrators } = await running.get(adminAdministrator.list, {});
    expect(administrators.find(({ login }) => login === 'some')).toMatchObject({
      lastLoginAt: expect.stringMatching(/^\d{4}-/),
      lastLoginAddress: '192.0.2.200',
    });
  });

  test('of an account is one of a user, who sees no domain', async () => {
    expect(await check('Anna@IN.test', 'password-anna')).toEqual({
      kind: 'account',
      login: 'anna@in.test',
      role: 'user',
      scope: [],
      domains: [],
      displayName: 'Анна',
      account: 'anna@in.test',
      epoch: 1,
      hasOwnPassword: true,
    });
  });

  test('with a wrong password, of nobody, or of one that is switched off looks the same', async () => {
    const off = { login: 'off', password: 'password-off', isEnabled: false };
    await running.get(adminAdministrator.create, off);
    const account = { address: 'off@in.test', password: 'password-off', isEnabled: false };
    await running.get(adminAccount.create, account);
    const answers = [
      await check('root', 'wrong'),
      await check('nobody', 'wrong'),
      await check('off', 'password-off'),
      await check('anna@in.test', 'wrong'),
      await check('nobody@in.test', 'wrong'),
      await check('off@in.test', 'password-off'),
      await check('no address@@', 'wrong'),
    ];
    expect(answers[0]).toMatchObject({ code: 'wrongLogin', field: 'login' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('is announced when it failed, and stands in the audit log, without the password and without names of nobody', async () => {
    await using console = await connectBus({
      url: running.nats.url,
      user: 'console',
      password: running.nats.password,
      name: 'test',
      log: silentLogger(),
    });
    const heard: AuthFailed[] = [];
    console.subscribe(authFailed, (event) => void heard.push(event));
    await console.connection.flush();
    await check('root', 'a secret word', '198.51.100.9');
    await check('another secret word', 'x', '198.51.100.9');
    await check('root', 'password-root', '198.51.100.9');
    await eventually(() => {
      expect(heard.map(({ protocol, clientAddress, login }) => [protocol, clientAddress, login])).toEqual([
        ['console', '198.51.100.9', 'root'],
        ['console', '198.51.100.9', ''],
      ]);
    });
    const entries = await listAudit(running.db, { action: 'login.check', limit: 3 });
    const shown = entries.map(({ author, object, outcome, clientAddress }) => {
      return [author, object, outcome, clientAddress];
    });
    expect(shown).toEqual([
      ['console:root', 'root', 'done', '198.51.100.9'],
      ['console', '', 'wrongLogin', '198.51.100.9'],
      ['console', 'root', 'wrongLogin', '198.51.100.9'],
    ]);
    const all = JSON.stringify(await listAudit(running.db, { limit: 1000 }));
    expect(all).not.toMatch(/secret word|password-/);
  });

  test('is refused after too many failures from a network, by every process, with the time to wait', async () => {
    const network = (i: number) => `2001:db8:5:6::${i}`;
    for (let i = 0; i < 5; i++) {
      expect(await check(`guess-${i}`, 'wrong', network(i))).toMatchObject({ code: 'wrongLogin' });
    }
    // Two processes answer; each of these goes to either.
    for (let i = 0; i < 6; i++) {
      const answer = await check('root', 'password-root', network(100 + i));
      expect(answer).toMatchObject({ code: 'tooMany', retryAfterSeconds: expect.any(Number) });
      const seconds = 'retryAfterSeconds' in answer ? (answer.retryAfterSeconds ?? 0) : 0;
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(900);
    }
    expect(await check('root', 'password-root')).toMatchObject({ login: 'root' });
  });

  test('is refused after too many failures of a name from many networks, whether the name exists or not', async () => {
    await running.get(adminAdministrator.create, { login: 'guessed', password: 'password-guessed' });
    const home = stranger();
    expect(await check('guessed', 'password-guessed', home)).toMatchObject({ login: 'guessed' });
    for (const login of ['guessed', 'guessed-nobody', 'guessed@in.test']) {
      for (let i = 0; i < 25; i++) await check(login, 'wrong');
      expect(await check(login, 'password-guessed')).toMatchObject({ code: 'tooMany' });
    }
    // Where it has logged in before, it still does.
    expect(await check('guessed', 'password-guessed', home)).toMatchObject({ login: 'guessed' });
  });

  test('guesses that are all sent at once do not get around the limit', async () => {
    await running.get(adminAdministrator.create, { login: 'raced', password: 'password-raced' });
    const client = stranger();
    const guesses = Array.from({ length: 30 }, (_, i) => check('raced', `wrong-${i}`, client));
    const last = check('raced', 'password-raced', client);
    await Promise.all(guesses);
    expect(await last).toMatchObject({ code: 'tooMany' });
  });
});

describe('the epoch of who has logged in', () => {
  test('grows with password, role, domains and state of an administrator, with a hint, and with nothing else', async () => {
    const made = { login: 'epoch', password: 'password-1', domains: ['in.test'] };
    await running.get(adminAdministrator.create, made);
    const hints: string[] = [];
    const hearing = running.bus.subscribe(administratorChanged, ({ logins }) => void hints.push(...logins));
    await running.bus.connection.flush();
    const epoch = async () => {
      const who = await identity('epoch');
      return typeof who === 'string' ? who : who.epoch;
    };
    const update = async (change: object) => {
      await running.get(adminAdministrator.update, { login: 'epoch', ...change });
    };
    expect(await epoch()).toBe(1);
    await update({ displayName: 'E' });
    await update({ domains: ['in.test'] });
    await update({ isEnabled: true });
    expect(await epoch()).toBe(1);
    await update({ domains: ['other.test', 'in.test'] });
    expect(await epoch()).toBe(2);
    await update({ role: 'auditor' });
    expect(await epoch()).toBe(3);
    await running.get(adminAdministrator.setPassword, { login: 'epoch', password: 'password-2' });
    expect(await epoch()).toBe(4);
    await update({ isEnabled: false });
    expect(await epoch()).toBe('notFound');
    await update({ isEnabled: true });
    expect(await epoch()).toBe(6);
    await eventually(() => expect(hints.filter((login) => login === 'epoch')).toHaveLength(8));
    await running.get(adminAdministrator.delete, { login: 'epoch' });
    expect(await epoch()).toBe('notFound');
    await eventually(() => expect(hints.filter((login) => login === 'epoch')).toHaveLength(9));
    hearing.stop();
  });

  test('grows when a domain of the scope is removed', async () => {
    await running.get(adminDomain.create, { name: 'gone.test' });
    const made = { login: 'narrowed', password: 'password-1', domains: ['gone.test'] };
    await running.get(adminAdministrator.create, made);
    await running.get(adminDomain.delete, { name: 'gone.test' });
    expect(await identity('narrowed')).toMatchObject({
      epoch: 2,
      role: 'domainAdmin',
      scope: [],
      domains: [],
    });
  });

  test('of an account grows with its password, and it is nobody when switched off', async () => {
    await running.get(adminAccount.create, { address: 'e@in.test', password: 'password-1' });
    await running.get(adminAccount.setPassword, { address: 'e@in.test', password: 'password-2' });
    expect(await identity('e@in.test', 'account')).toMatchObject({ epoch: 2, kind: 'account' });
    await running.get(adminAccount.update, { address: 'e@in.test', isEnabled: false });
    expect(await identity('e@in.test', 'account')).toBe('notFound');
    expect(await identity('e@in.test', 'administrator')).toBe('notFound');
  });
});

describe('what is the own', () => {
  const user = (account: string): Asker => ({
    author: `console:${account}`,
    role: 'user',
    scope: [],
    account,
    clientAddress: stranger(),
  });
  const ask = async (asker: Asker, current: string, password: string) => {
    const reply = await askAdmin(running.bus, adminLogin.ownPassword, asker, { current, password });
    return reply.ok ? reply.result.principal.epoch : `${reply.error.code} ${reply.error.field}`;
  };

  test('password is changed by a user, who needs the current one; other sessions end', async () => {
    await running.get(adminAccount.create, { address: 'own@in.test', password: 'password-1' });
    const hints: string[] = [];
    const hearing = running.bus.subscribe(directoryChanged, (event) => void hints.push(...event.addresses));
    await running.bus.connection.flush();
    expect(await ask(user('own@in.test'), 'wrong', 'password-2')).toBe('wrongPassword current');
    expect(await ask(user('own@in.test'), 'password-1', 'short')).toBe('weakPassword password');
    expect(await ask(user('own@in.test'), 'password-1', 'password-2')).toBe(2);
    await eventually(() => expect(hints).toContain('own@in.test'));
    hearing.stop();
    expect(await check('own@in.test', 'password-2')).toMatchObject({ epoch: 2 });
  });

  test('password is changed by an administrator of any role, and guessing at it is limited', async () => {
    await running.get(adminAdministrator.create, { login: 'me', password: 'password-1', role: 'auditor' });
    const me: Asker = { author: 'console:me', role: 'auditor', scope: 'all', login: 'me' };
    const client = stranger();
    expect(await ask({ ...me, clientAddress: client }, 'password-1', 'password-2')).toBe(2);
    for (let i = 0; i < 5; i++) await ask({ ...me, clientAddress: client }, `wrong-${i}`, 'password-3');
    expect(await ask({ ...me, clientAddress: client }, 'password-2', 'password-3')).toBe('tooMany current');
    const [entry] = await listAudit(running.db, { action: 'login.ownPassword', limit: 1 });
    expect(entry).toMatchObject({ author: 'console:me', object: 'me', outcome: 'tooMany', details: {} });
  });

  test('password of an administrator is known to somebody else until the administrator has chosen it', async () => {
    const whose = async () => ((await identity('chosen')) as { hasOwnPassword: boolean }).hasOwnPassword;
    await running.get(adminAdministrator.create, {
      login: 'chosen',
      password: 'password-1',
      role: 'auditor',
    });
    expect(await whose()).toBe(false);
    const asker: Asker = { author: 'console:chosen', role: 'auditor', scope: 'all', login: 'chosen' };
    expect(await ask({ ...asker, clientAddress: stranger() }, 'password-1', 'password-2')).toBe(2);
    expect(await whose()).toBe(true);
    await running.get(adminAdministrator.setPassword, { login: 'chosen', password: 'password-3' });
    expect(await whose()).toBe(false);
    await running.get(adminAccount.create, { address: 'person@in.test', password: 'password-1' });
    expect(await identity('person@in.test', 'account')).toMatchObject({ hasOwnPassword: true });
  });

  test('mailbox is shown to its user, and to nobody else', async () => {
    await running.get(adminAlias.create, { address: 'info@in.test', targets: ['anna@in.test'] });
    const reply = await askAdmin(running.bus, adminOwn.account, user('anna@in.test'), {});
    expect(reply).toEqual({
      ok: true,
      result: {
        address: 'anna@in.test',
        displayName: 'Анна',
        quotaBytes: null,
        usedBytes: 0,
        aliases: ['info@in.test'],
      },
    });
    expect(await running.complaint(adminOwn.account, {})).toBe('forbidden ');
    const { account: _, ...program } = user('anna@in.test');
    const nobody = await askAdmin(running.bus, adminOwn.account, program, {});
    expect(nobody).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  });
});

describe('who asks is held to what the directory says now', () => {
  const asked = async (asker: Asker, question: typeof adminDomain.list | typeof adminOwn.account) => {
    const reply = await askAdmin(running.bus, question as typeof adminDomain.list, asker, {});
    return reply.ok ? 'ok' : reply.error.code;
  };

  test('an administrator whose role, domains or state are others than the session says is refused', async () => {
    const made = { login: 'stands', password: 'password-1', domains: ['in.test'] };
    await running.get(adminAdministrator.create, made);
    const who = await identity('stands');
    const scope = typeof who === 'string' ? [] : who.scope;
    const session: Asker = { author: 'console:stands', role: 'domainAdmin', scope, login: 'stands' };
    expect(await asked(session, adminDomain.list)).toBe('ok');
    expect(await asked({ ...session, scope: [999_999] }, adminDomain.list)).toBe('forbidden');
    expect(await asked({ ...session, role: 'auditor', scope: 'all' }, adminDomain.list)).toBe('forbidden');
    expect(await asked({ ...session, role: 'admin', scope: 'all' }, adminDomain.list)).toBe('forbidden');
    await running.get(adminAdministrator.update, { login: 'stands', domains: ['other.test'] });
    expect(await asked(session, adminDomain.list)).toBe('forbidden');
    await running.get(adminAdministrator.update, { login: 'stands', role: 'admin' });
    expect(await asked(session, adminDomain.list)).toBe('ok');
    await running.get(adminAdministrator.update, { login: 'stands', isEnabled: false });
    expect(await asked(session, adminDomain.list)).toBe('forbidden');
  });

  test('a user whose account is switched off, or who says to have domains, is refused', async () => {
    await running.get(adminAccount.create, { address: 'stays@in.test' });
    const session: Asker = { author: 'x', role: 'user', scope: [], account: 'stays@in.test' };
    expect(await asked(session, adminOwn.account)).toBe('ok');
    expect(await asked({ ...session, scope: [1] }, adminOwn.account)).toBe('forbidden');
    await running.get(adminAccount.update, { address: 'stays@in.test', isEnabled: false });
    expect(await asked(session, adminOwn.account)).toBe('forbidden');
  });
});

describe('administrators', () => {
  const rootAsks: Asker = { author: 'console:root', role: 'admin', scope: 'all', login: 'root' };
  const refusalOf = async (change: object) => {
    const reply = await askAdmin(running.bus, adminAdministrator.update, rootAsks, {
      login: 'root',
      ...change,
    });
    return reply.ok ? 'ok' : `${reply.error.code} ${reply.error.field}`;
  };

  test('take no rights away from themselves', async () => {
    await running.get(adminAdministrator.create, { login: 'deputy', password: 'password-1' });
    expect(await refusalOf({ isEnabled: false })).toBe('own isEnabled');
    expect(await refusalOf({ role: 'auditor' })).toBe('own role');
    expect(await refusalOf({ displayName: 'Root' })).toBe('ok');
    const gone = await askAdmin(running.bus, adminAdministrator.delete, rootAsks, { login: 'root' });
    expect(gone).toMatchObject({ ok: false, error: { code: 'own', field: 'login' } });
  });

  test('of domains have at least one, admins and auditors all', async () => {
    const complaint = (change: object) => {
      const request = { login: 'new', password: 'password-1', ...change };
      return running.complaint(adminAdministrator.create, request);
    };
    expect(await complaint({ role: 'domainAdmin' })).toBe('wrongDomains domains');
    expect(await complaint({ role: 'admin', domains: ['in.test'] })).toBe('wrongDomains domains');
    expect(await complaint({ role: 'auditor', domains: ['in.test'] })).toBe('wrongDomains domains');
    expect(await complaint({ role: 'domainAdmin', domains: ['in.test', 'none.test'] })).toBe(
      'noDomain domains.1',
    );
    await running.get(adminAdministrator.create, { login: 'new', password: 'password-1', role: 'auditor' });
    const change = { login: 'new', role: 'domainAdmin' } as const;
    expect(await running.complaint(adminAdministrator.update, change)).toBe('wrongDomains domains');
  });

  test('have no login that is the address of an account, which could then not log in', async () => {
    const request = { login: 'anna@in.test', password: 'password-1' };
    expect(await running.complaint(adminAdministrator.create, request)).toBe('exists login');
  });
});
