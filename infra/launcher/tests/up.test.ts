// The launcher as a person uses it, with a state directory of its own.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { reservePort } from '@pochtar/native';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoints } from '../src/first-start.ts';
import { root } from '../src/paths.ts';
import { describeServiceUser } from './service-user.ts';

interface Status {
  up: boolean;
  processes: { name: string; pid: number | null; ready: boolean; state: string; restarts: number }[];
}

const dir = temporaryDirectory();
const startTimeout = 240_000;
// As the first start on a machine: with caches of its own.
const { NODE_COMPILE_CACHE: _, ...surroundings } = process.env;
const environment = { ...surroundings, POCHTAR_VAR: join(dir.path, 'var'), POCHTAR_LANG: 'en' };

async function pochtar(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const options = { env: environment, timeout: startTimeout };
    const { stdout, stderr } = await promisify(execFile)(join(root, 'pochtar'), words, options);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

async function status(): Promise<Status> {
  return JSON.parse((await pochtar('status', '--json')).out) as Status;
}

async function pidsByName(): Promise<Map<string, number>> {
  return new Map(
    (await status()).processes.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as const])),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The first line a server says. */
async function greeting(address: string): Promise<string> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  const [line] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return line.toString('latin1');
}

/** Takes it down and keeps its ports from other installations of this machine, which choose theirs meanwhile. */
async function takeDown(): Promise<{ code: number }> {
  const { code } = await pochtar('down');
  const ports = JSON.parse(readFileSync(join(dir.path, 'var/ports.json'), 'utf8')) as Record<string, number>;
  for (const port of Object.values(ports)) await reservePort(port);
  return { code };
}

describe('an installation', () => {
  let first: Endpoints;

  beforeAll(async () => {
    chmodSync(dir.path, 0o711);
    // The second imap has to know the first one for its own, on the same port.
    const scale = ['--scale', 'delivery=2', '--scale', 'imap=2'];
    const { code, out, err } = await pochtar('up', '--detach', '--json', ...scale);
    if (code !== 0) throw new Error(err);
    first = JSON.parse(out) as Endpoints;
  }, startTimeout);

  afterAll(async () => {
    await takeDown();
    dir[Symbol.dispose]();
  }, startTimeout);

  test('is ready when `up --detach` returns, with every process of the table and the replicas asked for', async () => {
    const { up, processes } = await status();
    expect(up).toBe(true);
    expect(processes.filter((one) => !one.ready && one.state !== 'done')).toEqual([]);
    expect(processes.map((one) => one.name)).toEqual(
      expect.arrayContaining([
        'postgres',
        'nats',
        'migrate',
        'smtp',
        'delivery',
        'delivery-2',
        'imap',
        'pop3',
        'ldap',
      ]),
    );
    expect(await greeting(first.smtp)).toMatch(/^220 /);
    expect(await greeting(first.imap)).toMatch(/^\* OK /);
    expect(await greeting(first.pop3)).toMatch(/^\+OK /);
    const page = await fetch(`http://${first.console}/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script')]);
  });

  test('says where it listens and how to log in, to its owner only', () => {
    const file = join(dir.path, 'var/endpoints.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(first);
    expect(first.accounts.map((account) => account.address)).toEqual([
      'anna@demo.test',
      'boris@demo.test',
      'vera@demo.test',
    ]);
    expect(readFileSync(first.caFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(statSync(join(dir.path, 'var/secrets/owner/master-key')).mode & 0o077).toBe(0);
  });

  test('is left alone by a second `up`, which ends with 0 and says that it is up', async () => {
    const { code, out, err } = await pochtar('up', '--json');
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('up already') as string });
    expect(JSON.parse(out)).toEqual(first);
  });

  test("hands every other word to the operators' command line, with its exit status", async () => {
    expect((await pochtar('account', 'list')).out).toContain('anna@demo.test');
    expect((await pochtar('account', 'show', 'nobody@demo.test')).code).not.toBe(0);
  });

  describeServiceUser({ state: join(dir.path, 'var'), pids: pidsByName, pochtar, greeting });

  test('starts a process again that was killed, and restarts one on request', async () => {
    const pop3 = (await pidsByName()).get('pop3');
    // kill(2): 0 would end the tests themselves.
    if (!pop3) throw new Error('there is no pop3 to kill');
    process.kill(pop3, 'SIGKILL');
    await eventually(
      async () => {
        const now = (await status()).processes.find((one) => one.name === 'pop3');
        expect(now).toMatchObject({ ready: true, restarts: 1 });
      },
      { timeout: 20_000 },
    );
    expect((await pochtar('restart', 'delivery')).out).toContain('delivery, delivery-2');
    expect((await pochtar('restart', 'nothing')).err).toContain('there is no process nothing');
  }, 60_000);

  test('shows the logs of one process or of all', async () => {
    expect((await pochtar('logs', 'smtp', '-n', '1')).out).toMatch(/^\{.*"service":"smtp".*\}\n$/);
    expect((await pochtar('logs', '-n', '1')).out).toMatch(/^postgres +\S/m);
    expect((await pochtar('logs', 'nothing')).err).toContain('there is no log of nothing');
  });

  test(
    'ends without a trace by `down`, comes back in the foreground with the same ports, accounts and passwords, and stops in order at Ctrl-C',
    async () => {
      const pids = (await status()).processes.flatMap((one) => one.pid ?? []);
      expect((await takeDown()).code).toBe(0);
      expect(pids.filter(isAlive)).toEqual([]);
      expect((await status()).up).toBe(false);
      expect((await pochtar('account', 'list')).err).toContain('not up');
      const child = spawn(join(root, 'pochtar'), ['up'], {
        env: { ...environment, POCHTAR_LANG: 'ru' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      await eventually(() => expect(text).toContain('Pochtar работает.'), { timeout: startTimeout });
      expect(JSON.parse(readFileSync(join(dir.path, 'var/endpoints.json'), 'utf8'))).toEqual(first);
      expect(await greeting(first.smtp)).toMatch(/^220 /);
      const others = (await status()).processes.flatMap((one) => one.pid ?? []);
      expect(others.length).toBeGreaterThan(10);
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).toBe(0);
      expect(others.filter(isAlive)).toEqual([]);
    },
    startTimeout,
  );
});

test('a wrong flag and a wrong replica are refused before anything starts', async () => {
  expect(await pochtar('up', '--nothing')).toMatchObject({ code: 1 });
  const { code, err } = await pochtar('up', '--scale', 'imap=x');
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('--scale imap=x') as string });
});
