// What a start finds after an accident: a disk that is not mounted, a restore under way, files that a power cut emptied,
// secrets that are lost, numbers of processes that are others' by now. Nothing is destroyed, nobody is killed.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@pochtar/testkit';
import { describe, expect, test } from 'vitest';
import { greeting, isAlive, portOf, startMs, type Status, type TriedInstallation } from './installation.ts';

/** Every file with its size and time. */
function contentsOf(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { size, mtimeMs } = statSync(join(directory, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .toSorted();
}

async function refused(tried: TriedInstallation): Promise<string> {
  const directories = ['postgres', 'mail', 'secrets'].map((name) => tried.below(name));
  const before = directories.map(contentsOf);
  const { code, err } = await tried.pochtar('up', '--detach');
  expect({ code, err }).toMatchObject({
    code: 1,
    err: expect.stringContaining('Nothing was changed.') as string,
  });
  expect(directories.map(contentsOf)).toEqual(before);
  return err;
}

/** In an installation that was taken down with a mail of boris in it. */
export function describeAccidents(tried: TriedInstallation): void {
  describe('after an accident', () => {
    whatIsLost(tried);
    whileItIsUp(tried);
    whatIsNotReady(tried);
  });
}

function whatIsLost(tried: TriedInstallation): void {
  const { pochtar } = tried;
  const below = (...names: string[]): string => tried.below(...names);

  test('a database that lacks PG_VERSION is not cleared away, and the way to get the file back is said', async () => {
    renameSync(below('postgres/PG_VERSION'), below('kept'));
    const said = await refused(tried);
    expect(said).toContain(`cp ${below('postgres')}/base/1/PG_VERSION ${below('postgres')}/PG_VERSION`);
    renameSync(below('kept'), below('postgres/PG_VERSION'));
  });

  test.each(['empty', 'absent', 'a link to nowhere'])(
    'no new database is made beside mails that are there, where its directory is %s',
    async (what) => {
      renameSync(below('postgres'), below('kept'));
      if (what === 'empty') mkdirSync(below('postgres'));
      if (what === 'a link to nowhere') symlinkSync('/nowhere/at/all', below('postgres'));
      expect(await refused(tried)).toMatch(
        what === 'a link to nowhere' ? /Mount its disk/ : /restore .*postgres/,
      );
      rmSync(below('postgres'), { recursive: true, force: true });
      renameSync(below('kept'), below('postgres'));
    },
  );

  test('a master key that is lost is not made again silently', async () => {
    const key = readFileSync(below('secrets/owner/master-key'));
    rmSync(below('secrets/owner/master-key'));
    expect(await refused(tried)).toContain('./pochtar secrets renew-master-key');
    // As a power cut leaves it.
    writeFileSync(below('secrets/owner/master-key'), '');
    expect(await refused(tried)).toContain('master-key is lost');
    writeFileSync(below('secrets/owner/master-key'), key);
  });

  test('cut off files of a run are no more than absent ones to `status` and `down`', async () => {
    const files = ['supervisor', 'infrastructure', 'smtp', 'postgres'].map((name) =>
      below(`run/${name}.json`),
    );
    for (const text of ['', '{"pid":', '[]', '{"pid":"x","socket":7}']) {
      for (const file of files) writeFileSync(file, text);
      expect(await pochtar('status')).toMatchObject({ code: 3, err: '' });
    }
    expect(await pochtar('down')).toMatchObject({ code: 0, err: 'Pochtar is not up.\n' });
  });

  // It comes up with the new key in what follows.
  test(
    'without its master key an installation is helped by a command that says what has to be entered again',
    async () => {
      rmSync(below('secrets/owner/master-key'));
      expect(await pochtar('secrets', 'renew-master-key')).toMatchObject({ code: 1 });
      expect(existsSync(below('secrets/owner/master-key'))).toBe(false);
      const renewed = await pochtar('secrets', 'renew-master-key', '--yes');
      expect(renewed).toMatchObject({
        code: 0,
        out: expect.stringContaining('A new master key was made') as string,
      });
      // A key that somebody puts in its place afterwards is found out before anything is up.
      const key = readFileSync(below('secrets/owner/master-key'));
      writeFileSync(below('secrets/owner/master-key'), `${Buffer.alloc(32, 7).toString('base64')}\n`);
      const { code, err } = await pochtar('up', '--detach');
      expect({ code, err }).toMatchObject({
        code: 1,
        err: expect.stringContaining('is not the master key') as string,
      });
      writeFileSync(below('secrets/owner/master-key'), key);
    },
    startMs,
  );
}

function whileItIsUp(tried: TriedInstallation): void {
  const { pochtar } = tried;
  const below = (...names: string[]): string => tried.below(...names);
  let foreground: Awaited<ReturnType<TriedInstallation['upInForeground']>>;

  test(
    "over a new master key, cut off files, lost passwords and numbers that are a stranger's, everything comes up in the foreground as it was, and nobody is killed",
    async () => {
      const stranger = spawn(process.execPath, [
        '-e',
        'setInterval(() => {}, 1000)',
        '/services/of/somebody',
      ]);
      const { pid } = stranger;
      const ports = readFileSync(below('ports.json'), 'utf8');
      // Beside ports.json: where that is lost as well, a port that is no setting yet may be chosen anew (listen-ports.test.ts).
      for (const file of ['first-settings.json', 'run/infrastructure.json']) writeFileSync(below(file), '');
      truncateSync(below('endpoints.json'), 100);
      writeFileSync(below('run/supervisor.json'), '{"pid":');
      // What an older version wrote, and what was written before the machine was started again.
      const facts = { pid, name: 'smtp', health: 'http://127.0.0.1:1' };
      writeFileSync(below('run/smtp.json'), JSON.stringify(facts));
      writeFileSync(below('run/imap.json'), JSON.stringify({ ...facts, identity: 'another boot 1' }));
      const lock = [pid, below('postgres'), 1, 25432, '', '127.0.0.1', '0 0', 'ready', ''];
      writeFileSync(below('postgres/postmaster.pid'), lock.join('\n'), { mode: 0o600 });
      for (const lost of ['postgres/superuser-password', 'smtp/postgres-password', 'imap/nats-password']) {
        rmSync(below('secrets', lost));
      }
      writeFileSync(below('secrets/owner/postgres-password'), '');
      foreground = await tried.upInForeground();
      expect(foreground.err).toContain('повреждён и записан заново');
      expect(JSON.parse(readFileSync(below('endpoints.json'), 'utf8'))).toEqual(tried.first);
      expect(readFileSync(below('ports.json'), 'utf8')).toBe(ports);
      expect(await greeting(tried.first.smtp)).toMatch(/^220 /);
      expect(await tried.mailsOfBoris()).toBe(1);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
      stranger.kill();
    },
    startMs,
  );

  test('a mail disk that goes away is noticed before anything is written in its place, and is used again when it is back', async () => {
    renameSync(below('mail'), below('away'));
    // What a mount point looks like without its disk.
    mkdirSync(below('mail'));
    expect(await tried.sendMail()).toMatch(/^4\d\d /);
    await eventually(async () => {
      const { out } = await pochtar('status');
      expect(out).toMatch(/^smtp +unready .*\n +volume: volume "var\/mail": its mark is not there/m);
    });
    expect(readdirSync(below('mail'))).toEqual([]);
    rmSync(below('mail'), { recursive: true });
    renameSync(below('away'), below('mail'));
    expect(await tried.sendMail()).toMatch(/^250 /);
    await eventually(async () => expect((await pochtar('status')).code).toBe(0));
    await eventually(async () => (await tried.mailsOfBoris()) === 2, { timeout: 30_000 });
  });

  test('status asks Postgres and NATS: a server that is stopped in its tracks is not ready', async () => {
    const nats = (await tried.pids()).get('nats');
    // kill(2): 0 would stop the tests themselves.
    if (!nats) throw new Error('there is no NATS to stop');
    process.kill(nats, 'SIGSTOP');
    const { code, out } = await pochtar('status', '--json');
    process.kill(nats, 'SIGCONT');
    const found = (JSON.parse(out) as Status).processes.find(({ name }) => name === 'nats');
    expect({ code, found }).toMatchObject({ code: 1, found: { ready: false } });
    expect(Object.keys(found?.faults ?? {})).toEqual(['answer']);
  });

  test(
    'Ctrl-C stops everything in order',
    async () => {
      const pids = (await tried.status()).processes.flatMap((one) => one.pid ?? []);
      expect(pids.length).toBeGreaterThan(10);
      expect(await foreground.stop()).toBe(0);
      expect(pids.filter(isAlive)).toEqual([]);
    },
    startMs,
  );
}

function whatIsNotReady(tried: TriedInstallation): void {
  const { pochtar } = tried;
  const below = (...names: string[]): string => tried.below(...names);

  test(
    'up ends with 1 and says why, where a stranger holds a port and the mail disk is not mounted; what can be is up',
    async () => {
      renameSync(below('mail'), below('away'));
      const stranger = createServer().listen(portOf(tried.first.imap), '127.0.0.1');
      const { code, err } = await pochtar('up', '--detach');
      expect(code).toBe(1);
      expect(err).toMatch(/^Not ready: smtp, .*imap/m);
      expect(err).toMatch(
        new RegExp(`port ${portOf(tried.first.imap)} on .* is held by .*\\(process ${process.pid}\\)`),
      );
      expect(err).toContain('cannot open: ENOENT');
      expect(existsSync(below('mail'))).toBe(false);
      // Asked again, it is as honest.
      expect(await pochtar('up', '--detach')).toMatchObject({
        code: 1,
        err: expect.stringContaining('Not ready: smtp') as string,
      });
      stranger.close();
      renameSync(below('away'), below('mail'));
      await eventually(async () => expect((await pochtar('status')).out).toMatch(/^smtp +ready/m), {
        timeout: 30_000,
      });
    },
    startMs,
  );
}
