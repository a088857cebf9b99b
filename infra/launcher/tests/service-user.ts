// Started as root, no program that strangers speak to runs as root: what each may do, and what it cannot read. Started
// by an ordinary user, all runs as that one: there is nothing to see then but the table.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPortFree, serviceUser } from '@pochtar/native';
import { describe, expect, test } from 'vitest';
import { root } from '../src/paths.ts';
import { readProcessTable } from '../src/process-table.ts';

export interface RunningInstallation {
  /** Its state directory. */
  state: string;
  /** By name. */
  pids: () => Promise<Map<string, number>>;
  pochtar: (...words: string[]) => Promise<{ code: number; err: string }>;
  /** The first line that is said at an address. */
  greeting: (address: string) => Promise<string>;
}

const user = serviceUser();
const programs = readProcessTable().filter((entry) => !entry.once);
const netBindService = 1n << 10n;

/** As the user that programs run as. */
function asUser(...command: string[]): number | null {
  const drop = [`--reuid=${user?.uid}`, `--regid=${user?.gid}`, '--clear-groups', '--no-new-privs'];
  return spawnSync('setpriv', [...drop, '--', ...command]).status;
}

const canRead = (path: string): boolean => asUser('head', '-c', '1', '--', path) === 0;

/** What /proc says of a process. */
function linesOf(pid: number | undefined): Map<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(':\t') as [string, string]));
}

async function freeLowPort(): Promise<number> {
  for (let port = 700; port < 1_024; port++) if (await isPortFree(port)) return port;
  throw new Error('no port below 1024 is free');
}

/** Rules that an installation keeps when root has started it. It lies where the user can pass. */
export function describeServiceUser({ state, pids, pochtar, greeting }: RunningInstallation): void {
  const below = (...names: string[]): string => join(state, ...names);

  test('what listens may open low ports', () => {
    const listening = programs.filter(({ listens }) => listens).map(({ name }) => name);
    expect(listening).toEqual(expect.arrayContaining(['smtp', 'imap', 'pop3', 'ldap', 'console']));
    for (const name of ['delivery', 'settings', 'filter-dkim']) expect(listening).not.toContain(name);
  });

  describe.runIf(user)('started as root', () => {
    test('every program runs as the service user, and can do no more than open low ports, where it listens', async () => {
      // Where the checkout itself is closed to the user, programs keep what lets them pass.
      const passing =
        canRead(join(root, 'services/smtp/src/main.ts')) && canRead(process.execPath) ? 0n : 0b110n;
      const running = await pids();
      for (const { name, listens } of programs) {
        const status = linesOf(running.get(name));
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
    });

    test('that user reads no password of the servers, of the owner or of people, and replaces none of its own', () => {
      expect(statSync(below('secrets')).mode & 0o777).toBe(0o711);
      const closed = [
        'secrets/postgres/superuser-password',
        'secrets/owner/master-key',
        'secrets/ctl/nats-password',
      ];
      closed.push('secrets/owner/nats-password', 'secrets/owner/postgres-password', 'endpoints.json');
      closed.push(
        'postgres/PG_VERSION',
        'nats/nats.conf',
        'run/control.sock',
        'run/smtp.json',
        'log/smtp.log',
      );
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

    test('a port below 1024 can be opened', async () => {
      const port = await freeLowPort();
      const before = JSON.parse(readFileSync(below('ports.json'), 'utf8')) as { pop3: number };
      const moved = await pochtar('settings', 'set', `network.pop3Port=${port}`, '--wait');
      expect(moved).toMatchObject({ code: 0 });
      expect(await greeting(`127.0.0.1:${port}`)).toMatch(/^\+OK /);
      expect((await pochtar('settings', 'set', `network.pop3Port=${before.pop3}`, '--wait')).code).toBe(0);
    });
  });
}
