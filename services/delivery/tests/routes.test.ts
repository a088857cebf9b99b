// Where mail for single domains goes: routes come before the relay and MX, what waits follows them, and they are tried.
import {
  adminRoutes,
  type AdminReply,
  askAdmin,
  askRouteTest,
  type Asker,
  type Bus,
  connectBus,
  type RouteRequest,
  type RouteTestRequest,
  type TestEvent,
  wholeServer,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FarSide, type Script, startFarSide } from './far-side.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
const admin = wholeServer('console:admin');

beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  const { url, password } = office.nats;
  desk = await connectBus({ url, user: 'console', password, name: 'console', log: silentLogger() });
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
afterEach(async () => {
  for (const { domain } of await routes()) await remove(domain);
});

async function resultOf<Result>(asked: Promise<AdminReply<Result>>): Promise<Result> {
  const answer = await asked;
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.result;
}

const save = async (typed: RouteRequest) =>
  (await resultOf(askAdmin(desk, adminRoutes.save, admin, typed))).route;
const remove = (domain: string) => resultOf(askAdmin(desk, adminRoutes.remove, admin, { domain }));
const routes = async () => (await resultOf(askAdmin(desk, adminRoutes.list, admin, {}))).routes;

/** The server of a partner; nothing in the DNS leads to it. */
async function partner(script: Script = {}): Promise<FarSide & { port: number }> {
  const name = 'server.partner.test';
  const far = await startFarSide(office, name, script);
  office.dns.set(name, 'MX', '');
  return { ...far, port: office.ports.get(name) as number };
}

const logIns: string[] = [];
const wantsLogIn: Script = {
  options: {
    authOptional: false,
    onAuth: ({ username = '', password }, _session, done) => {
      logIns.push(`${username} ${password}`);
      if (password === 'a secret word') done(null, { user: username });
      else done(new Error('wrong'));
    },
  },
};

describe('mail for a domain with a route', () => {
  test('goes to its server over TLS with its log-in, and the trace names the route and no password', async () => {
    await using far = await partner(wantsLogIn);
    await save({
      ...{ domain: '.partner.test', host: '127.0.0.1', port: far.port, tls: 'starttls' },
      ...{ username: 'us', password: 'a secret word' },
    });
    const mail = await office.accept({ to: ['x@a.partner.test', 'y@b.partner.test'] });
    await office.settled(mail);
    // One far side, one transaction.
    expect(far.received).toMatchObject([{ to: ['x@a.partner.test', 'y@b.partner.test'], secure: true }]);
    expect(logIns.at(-1)).toBe('us a secret word');
    const trace = await office.trace(mail);
    expect(trace.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/TLS.*, by the route for \.partner\.test$/),
      expect.stringMatching(/TLS.*, by the route for \.partner\.test$/),
    ]);
    expect(JSON.stringify(trace)).not.toContain('secret');
  });

  test('leaves past the relay, whatever the DNS says; all other mail takes the relay', async () => {
    await using far = await partner();
    await using other = await startFarSide(office, 'relay.test');
    office.dns.fail('partner.test', 'SERVFAIL');
    await office.set({ relay: { host: '127.0.0.1', port: office.ports.get('relay.test') as number } });
    await save({ domain: 'partner.test', host: '127.0.0.1', port: far.port });
    const mail = await office.accept({ to: ['x@partner.test', 'y@a.partner.test'] });
    await office.settled(mail);
    expect(far.received.map(({ to }) => to)).toEqual([['x@partner.test']]);
    expect(other.received.map(({ to }) => to)).toEqual([['y@a.partner.test']]);
    await office.set({ relay: { host: '' } });
  });

  test('is not returned when the server has no address: the route is to be corrected', async () => {
    await save({ domain: 'partner.test', host: 'nowhere.invalid' });
    const mail = await office.accept({ to: ['x@partner.test'], reversePath: '' });
    await eventually(async () =>
      expect((await office.recipients(mail))[0]?.lastReply).toMatch(
        /^4\.4\.4 nowhere\.invalid, where the route for partner\.test leads, has no address/,
      ),
    );
    await office.db.query({ text: 'delete from queue.mail' });
  });

  test('is not judged by what the domain asks of others (MTA-STS, DANE): the route is our own setting', async () => {
    await using far = await partner();
    await save({ domain: 'routed.test', host: '127.0.0.1', port: far.port });
    await office.settled(await office.accept({ to: ['x@routed.test'] }));
    // Neither its MX nor a policy was looked for.
    expect(office.dns.queries.filter((asked) => asked.includes('routed.test'))).toEqual([]);
  });
});

test('mail that waits goes the new way when a route is saved, changed, switched off and removed', async () => {
  office.dns.fail('waits.test', 'SERVFAIL');
  const mail = await office.accept({ to: ['x@waits.test'], reversePath: '' });
  const destination = async () => (await office.recipients(mail))[0]?.destination;
  await eventually(async () => expect((await office.recipients(mail))[0]?.lastReply).toMatch(/^4\.4\.3/));
  await save({ domain: '.test', host: 'nowhere.invalid' });
  await eventually(async () => expect(await destination()).toBe('route:.test'));
  await save({ domain: 'waits.test', host: 'nowhere.invalid' });
  await eventually(async () => expect(await destination()).toBe('route:waits.test'));
  await save({ domain: 'waits.test', former: 'waits.test', host: 'nowhere.invalid', isOn: false });
  await eventually(async () => expect(await destination()).toBe('route:.test'));
  await remove('.test');
  await eventually(async () => expect(await destination()).toBe('waits.test'));
  await office.db.query({ text: 'delete from queue.mail' });
});

test('every process that sends has a route a moment after it was saved', async () => {
  await using far = await partner();
  // Whoever does not know the route yet sends here.
  await using _public = await startFarSide(office, 'both.test');
  await using _second = await office.startDelivery();
  await save({ domain: 'both.test', host: '127.0.0.1', port: far.port });
  await eventually(async () => {
    const before = far.received.length;
    const mails = await Promise.all([1, 2, 3, 4, 5, 6].map(() => office.accept({ to: ['x@both.test'] })));
    for (const mail of mails) await office.settled(mail);
    expect(far.received).toHaveLength(before + 6);
  });
});

describe('the questions', () => {
  test('a password goes in and never out, and is written down nowhere', async () => {
    const saved = await save({
      ...{ domain: 'Партнёр.Test', host: 'SMTP.partner.test', port: 465, tls: 'smtps', isVerified: true },
      ...{
        username: 'us',
        password: 'a secret word',
        maxConnections: 2,
        perMinute: 60,
        comment: 'by contract',
      },
    });
    const known = {
      ...{
        domain: 'xn--80a0aefbk0i.test',
        host: 'smtp.partner.test',
        port: 465,
        tls: 'smtps',
        isVerified: true,
      },
      ...{ username: 'us', hasPassword: true, maxConnections: 2, perMinute: 60, comment: 'by contract' },
      ...{ isOn: true, author: 'console:admin' },
    };
    expect(saved).toMatchObject(known);
    expect(await routes()).toMatchObject([known]);
    expect(JSON.stringify(await routes())).not.toContain('secret');
    const rows = await office.db.query({ text: 'select * from audit.entry' });
    expect(JSON.stringify(rows)).toContain('by contract');
    expect(JSON.stringify(rows)).not.toContain('secret');
    const [row] = await office.db.query<{ password: Buffer }>({ text: 'select password from queue.route' });
    expect(row?.password.toString('latin1')).not.toContain('secret');
  });

  test('a stored password stays with the server it was given for', async () => {
    const given = {
      domain: 'partner.test',
      host: 'a.test',
      port: 587,
      tls: 'starttls',
      username: 'us',
    } as const;
    await save({ ...given, password: 'a secret word' });
    const change = { ...given, former: 'partner.test' };
    await save({ ...change, port: 2525, comment: 'another port' });
    for (const other of [{ host: 'b.test' }, { tls: 'opportunistic' }] as const) {
      expect(await askAdmin(desk, adminRoutes.save, admin, { ...change, ...other })).toMatchObject({
        error: { field: 'password' },
      });
    }
    await save({ ...change, host: 'b.test', password: 'another' });
    await save({ ...change, host: 'c.test', username: '' });
    expect(await routes()).toMatchObject([{ host: 'c.test', hasPassword: false }]);
  });

  test.each<[string, RouteRequest, string]>([
    ['a domain that is none', { domain: 'a b', host: 'a.test' }, 'domain'],
    ['a domain of ours', { domain: 'Demo.test', host: 'a.test' }, 'domain'],
    ['a login without a password', { domain: 'a.test', host: 'a.test', username: 'us' }, 'password'],
    ['a route that is not there', { domain: 'a.test', former: 'a.test', host: 'a.test' }, 'former'],
    ['a port that is none', { domain: 'a.test', host: 'a.test', port: 65_536 }, 'port'],
  ])('%s is refused, and its field is named', async (_, typed, field) => {
    expect(await askAdmin(desk, adminRoutes.save, admin, typed)).toMatchObject({
      ok: false,
      error: { field },
    });
    expect(await routes()).toEqual([]);
  });

  test('a second route for a domain is refused; none is removed that is not there', async () => {
    await save({ domain: 'a.test', host: 'a.test' });
    const again = await askAdmin(desk, adminRoutes.save, admin, { domain: 'A.test.', host: 'b.test' });
    expect(again).toMatchObject({ ok: false, error: { code: 'exists', field: 'domain' } });
    const gone = await askAdmin(desk, adminRoutes.remove, admin, { domain: 'b.test' });
    expect(gone).toMatchObject({ ok: false, error: { code: 'notFound' } });
  });

  test.each<[string, Asker]>([
    ['an administrator of domains', { author: 'console:some', role: 'domainAdmin', scope: [1] }],
    ['an auditor', { author: 'console:auditor', role: 'auditor', scope: 'all' }],
  ])('%s changes and tries nothing', async (_, asker) => {
    const typed = { domain: 'a.test', host: 'a.test' };
    for (const reply of [
      await askAdmin(desk, adminRoutes.save, asker, typed),
      await askAdmin(desk, adminRoutes.remove, asker, typed),
      await askAdmin(desk, adminRoutes.test, asker, typed),
    ]) {
      expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    }
    const list = await askAdmin(desk, adminRoutes.list, asker, {});
    expect(list.ok).toBe(asker.role === 'auditor');
  });
});

describe('a test of a route', () => {
  async function tried(request: RouteTestRequest) {
    const events: TestEvent[] = [];
    const verdict = await resultOf(
      askRouteTest(desk, admin, request, { onEvent: (one) => events.push(one) }),
    );
    return { ...verdict, lines: events.map(({ text }) => text.en).join('\n') };
  }

  test('shows the dialogue up to a sender that is taken back, and no password; no mail is sent', async () => {
    await using far = await partner(wantsLogIn);
    const server = { domain: 'partner.test', host: '127.0.0.1', port: far.port, tls: 'starttls' } as const;
    const good = await tried({ ...server, username: 'us', password: 'a secret word' });
    expect(good.verdict).toBe('good');
    expect(good.lines).toMatch(
      /C: STARTTLS[\s\S]*encryption: TLS[\s\S]*C: AUTH PLAIN \*\*\*\*[\s\S]*C: MAIL FROM:<postmaster@/,
    );
    const wrong = await tried({ ...server, username: 'us', password: 'not it' });
    expect(wrong).toMatchObject({ verdict: 'bad', remedy: { en: 'check the login and the password' } });
    expect(good.lines + wrong.lines).not.toMatch(/secret|not it/);
    expect(far.received).toEqual([]);
  });

  test('uses the stored password towards its own server, and towards no other', async () => {
    await using far = await partner(wantsLogIn);
    const server = { domain: 'partner.test', host: '127.0.0.1', port: far.port, username: 'us' };
    await save({ ...server, password: 'a secret word' });
    expect(await tried({ ...server, former: 'partner.test' })).toMatchObject({ verdict: 'good' });
    const before = logIns.length;
    const elsewhere = await tried({ ...server, former: 'partner.test', host: '127.0.0.2' });
    expect(elsewhere).toMatchObject({
      verdict: 'bad',
      text: { en: expect.stringContaining('another server') },
    });
    expect(logIns).toHaveLength(before);
  });
});
