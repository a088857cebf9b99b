// The launcher as a person uses it. One installation lives through all of it: its first start, what is asked of it while
// it is up (here), then what a start finds after an accident (accidents.ts).
import { readFileSync, statSync } from 'node:fs';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoints } from '../src/first-start.ts';
import { describeAccidents } from './accidents.ts';
import { greeting, isAlive, startMs, TriedInstallation } from './installation.ts';
import { describeServiceUser } from './service-user.ts';

const tried = new TriedInstallation();
const { pochtar } = tried;

beforeAll(async () => {
  // The second imap has to know the first one for its own, on the same port.
  const scale = ['--scale', 'delivery=2', '--scale', 'imap=2'];
  const { code, out, err } = await pochtar('up', '--detach', '--json', ...scale);
  if (code !== 0) throw new Error(err);
  tried.first = JSON.parse(out) as Endpoints;
}, startMs);

afterAll(async () => {
  await tried.takeDown();
  tried[Symbol.dispose]();
}, startMs);

describe('an installation', () => {
  test('is ready when `up --detach` returns, with every process of the table and the replicas asked for', async () => {
    const { up, processes } = await tried.status();
    expect(up).toBe(true);
    expect(processes.filter((one) => !one.ready && one.state !== 'done')).toEqual([]);
    const servers = [
      'postgres',
      'nats',
      'migrate',
      'smtp',
      'delivery',
      'delivery-2',
      'imap',
      'pop3',
      'ldap',
      'hooks',
    ];
    expect(processes.map((one) => one.name)).toEqual(expect.arrayContaining(servers));
    const { first } = tried;
    expect(await greeting(first.smtp)).toMatch(/^220 /);
    expect(await greeting(first.imap)).toMatch(/^\* OK /);
    expect(await greeting(first.pop3)).toMatch(/^\+OK /);
    const page = await fetch(`http://${first.console}/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script')]);
  });

  test('says where it listens and how to log in, to its owner only', () => {
    const { first } = tried;
    const file = tried.below('endpoints.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(first);
    expect(first.accounts.map((account) => account.address)).toEqual([
      'anna@demo.test',
      'boris@demo.test',
      'vera@demo.test',
    ]);
    expect(readFileSync(first.caFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(statSync(tried.below('secrets/owner/master-key')).mode & 0o077).toBe(0);
  });

  test('is left alone by a second `up`, which ends with 0 and says that it is up', async () => {
    const { code, out, err } = await pochtar('up', '--json');
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('up already') as string });
    expect(JSON.parse(out)).toEqual(tried.first);
  });

  test("hands every other word to the operators' command line, with its exit status", async () => {
    expect((await pochtar('account', 'list')).out).toContain('anna@demo.test');
    expect((await pochtar('account', 'show', 'nobody@demo.test')).code).not.toBe(0);
  });

  test('has somebody who reads what is written to postmaster and to abuse of the demo domain', async () => {
    const { out } = await pochtar('alias', 'list');
    expect(out).toMatch(/abuse@demo\.test +postmaster@demo\.test\n/);
    expect(out).toMatch(/postmaster@demo\.test +anna@demo\.test\n/);
  });

  describeServiceUser({ state: tried.below(), pids: () => tried.pids(), pochtar, greeting });

  test('starts a process again that was killed, and restarts one on request', async () => {
    const pop3 = (await tried.pids()).get('pop3');
    // kill(2): 0 would end the tests themselves.
    if (!pop3) throw new Error('there is no pop3 to kill');
    process.kill(pop3, 'SIGKILL');
    await eventually(async () => {
      const now = (await tried.status()).processes.find((one) => one.name === 'pop3');
      expect(now).toMatchObject({ ready: true, restarts: 1 });
    });
    expect((await pochtar('restart', 'delivery')).out).toContain('delivery, delivery-2');
    expect((await pochtar('restart', 'nothing')).err).toContain('there is no process nothing');
  }, 60_000);

  test('shows the logs of one process or of all', async () => {
    expect((await pochtar('logs', 'smtp', '-n', '1')).out).toMatch(/^\{.*"service":"smtp".*\}\n$/);
    expect((await pochtar('logs', '-n', '1')).out).toMatch(/^postgres +\S/m);
    expect((await pochtar('logs', 'nothing')).err).toContain('there is no log of nothing');
  });

  test(
    'ends without a trace by `down`',
    async () => {
      expect(await tried.sendMail()).toMatch(/^250 /);
      await eventually(async () => (await tried.mailsOfBoris()) === 1, { timeout: 30_000 });
      const pids = (await tried.status()).processes.flatMap((one) => one.pid ?? []);
      expect(pids.length).toBeGreaterThan(10);
      expect((await tried.takeDown()).code).toBe(0);
      expect(pids.filter(isAlive)).toEqual([]);
      expect((await tried.status()).up).toBe(false);
      expect((await pochtar('account', 'list')).err).toContain('not up');
    },
    startMs,
  );
});

describeAccidents(tried);

test('a wrong flag and a wrong replica are refused before anything starts', async () => {
  expect(await pochtar('up', '--nothing')).toMatchObject({ code: 1 });
  const { code, err } = await pochtar('up', '--scale', 'imap=x');
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('--scale imap=x') as string });
});
