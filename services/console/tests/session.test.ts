import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminAdministrator, askAdmin, wholeServer } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { createAccounts } from '@pochtar/testkit/ground';
import { PASSWORD, type RunningConsole, runConsole } from './running-console.ts';

let running: RunningConsole;
beforeAll(async () => {
  running = await runConsole();
  await createAccounts(running.ground.db, ['anna'], { password: PASSWORD });
});
afterAll(() => running[Symbol.asyncDispose]());

describe('a log-in', () => {
  test('gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const visitor = running.visitor();
    const { status, headers, body } = await visitor.call('POST', '/session', {
      login: 'root',
      password: PASSWORD,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ login: 'root', role: 'admin', domains: null, account: null });
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect((await visitor.call('GET', '/session')).status).toBe(200);
  });

  test('that is wrong is refused alike for a known and an unknown name, and names the remedy', async () => {
    const wrong = await running.visitor().call('POST', '/session', { login: 'root', password: 'wrong' });
    const unknown = await running.visitor().call('POST', '/session', { login: 'nobody', password: 'wrong' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    const bare = ({ body }: typeof wrong) => ({ ...(body as object), requestId: '' });
    expect(bare(wrong)).toEqual(bare(unknown));
    expect(wrong.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  test('ends on request, at once', async () => {
    const visitor = await running.loggedIn('root');
    const { cookie } = visitor;
    expect((await visitor.call('DELETE', '/session')).status).toBe(200);
    expect((await running.visitor().call('GET', '/session', undefined, { cookie })).status).toBe(401);
  });

  test('ends when the password has changed', async () => {
    const visitor = await running.loggedIn('auditor');
    const reply = await askAdmin(running.ground.bus, adminAdministrator.setPassword, wholeServer('test'), {
      login: 'auditor',
      password: 'another long password',
    });
    expect(reply.ok).toBe(true);
    await eventually(async () => expect((await visitor.call('GET', '/session')).status).toBe(401));
    await askAdmin(running.ground.bus, adminAdministrator.setPassword, wholeServer('test'), {
      login: 'auditor',
      password: PASSWORD,
    });
  });
});

test.each(['auditor', 'demo', 'anna@demo.test'])(
  'who changes the own password goes on in this session, and the others end: %s',
  async (login) => {
    const here = await running.loggedIn(login);
    const there = await running.loggedIn(login);
    const wrong = await here.call('PUT', '/me/password', { current: 'wrong', password: 'x'.repeat(20) });
    expect(wrong.status).toBe(422);
    const short = await here.call('PUT', '/me/password', { current: PASSWORD, password: 'x' });
    expect(short.body).toMatchObject({ errors: [{ field: 'password' }] });
    const changing = here.call('PUT', '/me/password', { current: PASSWORD, password: 'x'.repeat(20) });
    const meanwhile = Array.from({ length: 5 }, () => here.call('GET', '/session'));
    expect((await changing).status).toBe(200);
    expect((await Promise.all(meanwhile)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await eventually(async () => expect((await there.call('GET', '/session')).status).toBe(401));
    expect((await here.call('GET', '/session')).body).toMatchObject({ login, hasOwnPassword: true });
    await here.call('PUT', '/me/password', { current: 'x'.repeat(20), password: PASSWORD });
    expect((await running.loggedIn(login)).cookie).not.toBe('');
  },
);

describe('a request that changes something', () => {
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
  ])('is refused when another site made the browser send it: %j', async (headers) => {
    const visitor = await running.loggedIn('root');
    const answer = await visitor.call('POST', '/domains', { name: 'evil.test' }, headers);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ type: 'urn:pochtar:problem:foreignOrigin' });
  });

  test('is taken from a page of ours', async () => {
    const visitor = await running.loggedIn('root');
    const headers = { 'sec-fetch-site': 'same-origin', origin: running.url };
    expect((await visitor.call('POST', '/domains', { name: 'own.test' }, headers)).status).toBe(201);
  });
});

describe('what is asked without a right to it', () => {
  test('needs a session', async () => {
    expect((await running.visitor().call('GET', '/settings')).status).toBe(401);
    expect(
      (await running.visitor().call('GET', '/settings', undefined, { cookie: 'pochtar=forged' })).status,
    ).toBe(401);
  });

  test('does not exist for a role that may not know of it', async () => {
    const demo = await running.loggedIn('demo');
    expect((await demo.call('GET', '/settings')).status).toBe(404);
    const auditor = await running.loggedIn('auditor');
    expect((await auditor.call('GET', '/settings')).status).toBe(200);
    expect((await auditor.call('POST', '/domains', { name: 'x.test' })).status).toBe(404);
  });
});

describe('input', () => {
  test('that does not fit the contract names the field', async () => {
    const root = await running.loggedIn('root');
    const answer = await root.call('POST', '/accounts', { address: 'a@demo.test', quotaBytes: -1, extra: 1 });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      errors: [{ pointer: '/quotaBytes', field: 'quotaBytes' }, { pointer: '/' }],
    });
    expect((await root.call('GET', '/accounts?limit=100000')).status).toBe(400);
  });

  test('that breaks a rule is answered with every field, its label, and the remedy in both languages', async () => {
    const root = await running.loggedIn('root');
    const changes = [{ section: 'network', expectedRevision: 1, patch: { smtpPort: 0, imapPort: 70_000 } }];
    const { status, body } = await root.call('POST', '/settings/changes', { changes, validateOnly: true });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      errors: [
        {
          section: 'network',
          field: 'smtpPort',
          message: { ru: expect.any(String), en: expect.any(String) },
        },
        { section: 'network', field: 'imapPort' },
      ],
    });
  });
});

describe('settings', () => {
  test('general.organisation: whoever is logged in is told whose server it is, a changed name at once', async () => {
    const root = await running.loggedIn('root');
    const auditor = await running.loggedIn('auditor');
    expect((await auditor.call('GET', '/session')).body).toMatchObject({ organisation: '' });
    const { body } = await root.call('GET', '/settings');
    const { sections } = body as { sections: { name: string; revision: number }[] };
    const expectedRevision = sections.find(({ name }) => name === 'general')?.revision;
    const patch = { organisation: '  ООО «Ромашка» ' };
    const saved = await root.call('POST', '/settings/changes', {
      changes: [{ section: 'general', expectedRevision, patch }],
    });
    expect(saved.status, JSON.stringify(saved.body)).toBe(200);
    await eventually(async () => {
      expect((await auditor.call('GET', '/session')).body).toMatchObject({ organisation: 'ООО «Ромашка»' });
    });
  });

  test('a change from an old revision is refused with 412', async () => {
    const root = await running.loggedIn('root');
    const change = (value: number) => ({
      changes: [{ section: 'sending', expectedRevision: 1, patch: { maxMessageSizeMb: value } }],
    });
    expect((await root.call('POST', '/settings/changes', change(30))).status).toBe(200);
    expect((await root.call('POST', '/settings/changes', change(31))).status).toBe(412);
  });

  test('what has not changed is not sent again', async () => {
    const root = await running.loggedIn('root');
    const first = await root.call('GET', '/settings/catalogue');
    const etag = first.headers.get('etag') ?? '';
    expect((await root.call('GET', '/settings/catalogue', undefined, { 'if-none-match': etag })).status).toBe(
      304,
    );
  });
});
