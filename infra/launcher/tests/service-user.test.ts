// Started as root, no program that strangers speak to runs as root: what each may do, and what it cannot read. Started
// by an ordinary user, all runs as that one: there is nothing to see then but the table.
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isPortFree, reservePort, serviceUser } from '@pochtar/native';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoints } from '../src/first-start.ts';
import { root } from '../src/paths.ts';
import { readProcessTable } from '../src/process-table.ts';

const dir = temporaryDirectory();
const state = join(dir.path, 'var');
const below = (...names: string[]): string => join(state, ...names);
const startMs = 240_000;
const user = serviceUser();
const programs = readProcessTable().filter((entry) => !entry.once);
const netBindService = 1n << 10n;

async function pochtar(...words: string[]): Promise<string> {
  const env = { ...process.env, POCHTAR_VAR: state, POCHTAR_LANG: 'en' };
  const { stdout } = await promisify(execFile)(join(root, 'pochtar'), words, { env, timeout: startMs });
  return stdout;
}

/** As the user that programs run as. */
function asUser(...command: string[]): number | null {
  const drop = [`--reuid=${user?.uid}`, `--regid=${user?.gid}`, '--clear-groups', '--no-new-privs'];
  return spawnSync('setpriv', [...drop, '--', ...command]).status;
}

const canRead = (path: string): boolean => asUser('head', '-c', '1', '--', path) === 0;

/** Of every process its lines in /proc. */
async function processStatuses(): Promise<Map<string, Map<string, string>>> {
  const { processes } = JSON.parse(await pochtar('status', '--json')) as {
    processes: { name: string; pid: number | null }[];
  };
  return new Map(processes.filter(({ pid }) => pid).map(({ name, pid }) => [name, linesOf(pid ?? 0)]));
}

function linesOf(pid: number): Map<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(':\t') as [string, string]));
}

/** From anna to boris, through smtp, the filters and delivery, and out again through pop3. */
async function mailArrives(subject: string): Promise<void> {
  const { accounts, smtps, pop3s } = JSON.parse(readFileSync(below('endpoints.json'), 'utf8')) as Endpoints;
  const [anna, boris] = accounts.map(({ address, password }) => `${address}:${password}`);
  const mail = join(dir.path, 'mail');
  writeFileSync(mail, `From: anna@demo.test\r\nTo: boris@demo.test\r\nSubject: ${subject}\r\n\r\ntext\r\n`);
  const curl = async (login: string | undefined, ...words: string[]): Promise<string> =>
    (await promisify(execFile)('curl', ['-sSk', '--user', login ?? '', ...words])).stdout;
  const envelope = ['--mail-from', 'anna@demo.test', '--mail-rcpt', 'boris@demo.test'];
  await curl(anna, `smtps://${smtps}`, ...envelope, '--upload-file', mail);
  await eventually(
    async () => {
      const count = (await curl(boris, `pop3s://${pop3s}`)).split('\r\n').filter(Boolean).length;
      expect(await curl(boris, `pop3s://${pop3s}/${count}`)).toContain(`Subject: ${subject}`);
    },
    { timeout: 30_000 },
  );
}

async function takeDown(): Promise<void> {
  await pochtar('down');
  const ports = JSON.parse(readFileSync(below('ports.json'), 'utf8')) as Record<string, number>;
  // Kept from other installations of this machine, which choose theirs meanwhile.
  for (const port of Object.values(ports)) await reservePort(port);
}

async function freeLowPort(): Promise<number> {
  for (let port = 700; port < 1_024; port++) if (await isPortFree(port)) return port;
  throw new Error('no port below 1024 is free');
}

test('what listens may open low ports', () => {
  const listening = programs.filter(({ listens }) => listens).map(({ name }) => name);
  expect(listening).toEqual(expect.arrayContaining(['smtp', 'imap', 'pop3']));
  for (const name of ['delivery', 'settings', 'filter-dkim']) expect(listening).not.toContain(name);
});

describe.runIf(user)('started as root', () => {
  beforeAll(async () => {
    chmodSync(dir.path, 0o711);
    // The second imap has to know the first one for its own, on the same port.
    await pochtar('up', '--detach', '--scale', 'imap=2');
  }, startMs);

  afterAll(async () => {
    // What is thrown away needs no compiled code kept: ten programs that write it at once take longer than all of this.
    rmSync(below('program-cache'), { recursive: true });
    await takeDown();
    dir[Symbol.dispose]();
  }, startMs);

  test('every program runs as the service user, and can do no more than open low ports, where it listens', async () => {
    // Where the checkout itself is closed to the user, programs keep what lets them pass.
    const passing =
      canRead(join(root, 'services/smtp/src/main.ts')) && canRead(process.execPath) ? 0n : 0b110n;
    const statuses = await processStatuses();
    for (const { name, listens } of programs) {
      const status = statuses.get(name) ?? new Map<string, string>();
      const { uid, gid } = user ?? { uid: 0, gid: 0 };
      expect(status.get('Uid'), name).toBe(Array.from({ length: 4 }, () => uid).join('\t'));
      expect(status.get('Gid'), name).toBe(Array.from({ length: 4 }, () => gid).join('\t'));
      expect(status.get('Groups')?.trim(), name).toBe('');
      expect(status.get('NoNewPrivs'), name).toBe('1');
      const allowed = (listens ? netBindService : 0n) | passing;
      // Of the bounds those for low ports are left to all: a Node that has them of its own would not start.
      expect(BigInt(`0x${status.get('CapBnd')}`) & ~(netBindService | passing), `${name} CapBnd`).toBe(0n);
      for (const set of ['CapEff', 'CapPrm', 'CapInh', 'CapAmb']) {
        expect(BigInt(`0x${status.get(set)}`) & ~allowed, `${name} ${set}`).toBe(0n);
      }
    }
  }, 60_000);

  test('that user reads no password of the servers, of the owner or of people, and replaces none of its own', () => {
    expect(statSync(below('secrets')).mode & 0o777).toBe(0o711);
    const closed = [
      'secrets/postgres/superuser-password',
      'secrets/owner/master-key',
      'secrets/ctl/nats-password',
    ];
    closed.push('secrets/owner/nats-password', 'secrets/owner/postgres-password', 'endpoints.json');
    closed.push('postgres/PG_VERSION', 'nats/nats.conf', 'run/control.sock', 'run/smtp.json', 'log/smtp.log');
    for (const path of closed) {
      expect(existsSync(below(path)), path).toBe(true);
      expect(canRead(below(path)), path).toBe(false);
    }
    for (const entry of programs) {
      const folder = below('secrets', entry.user);
      expect(readdirSync(folder).includes('master-key'), entry.name).toBe(entry.masterKey);
      for (const name of readdirSync(folder)) expect(canRead(join(folder, name)), name).toBe(true);
      expect(asUser('touch', join(folder, 'new')), entry.name).not.toBe(0);
    }
    for (const path of ['run/new', 'compile-cache/new', 'secrets/new', 'log/new']) {
      expect(asUser('touch', below(path)), path).not.toBe(0);
    }
    // Root's caches and records are root's.
    expect(statSync(below('compile-cache')).uid).toBe(0);
    expect(statSync(below('run/smtp.json')).uid).toBe(0);
  });

  test('mail is delivered, a port below 1024 can be opened, and operators go on working', async () => {
    await mailArrives('first');
    const port = await freeLowPort();
    await pochtar('settings', 'set', `network.pop3Port=${port}`, '--wait');
    const socket = connect(port, '127.0.0.1');
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(greeting.toString('latin1')).toMatch(/^\+OK /);
    expect(await pochtar('account', 'list')).toContain('anna@demo.test');
  }, 60_000);
});
