// What a start finds after an accident: a disk that is not mounted, a restore under way, files that a power cut emptied,
// secrets that are lost, numbers of processes that are others' by now. One installation lives through all of it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
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
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { reservePort } from '@pochtar/native';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoints } from '../src/first-start.ts';
import { root } from '../src/paths.ts';
import { sharedCaches } from '../src/shared-caches.ts';

interface Status {
  up: boolean;
  processes: { name: string; ready: boolean; faults: Record<string, string> }[];
}

const dir = temporaryDirectory();
const state = join(dir.path, 'var');
const below = (...names: string[]): string => join(state, ...names);
const startMs = 240_000;
let first: Endpoints;

async function pochtar(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, ...sharedCaches, POCHTAR_VAR: state, POCHTAR_LANG: 'en' };
  try {
    const { stdout, stderr } = await promisify(execFile)(join(root, 'pochtar'), words, {
      env,
      timeout: startMs,
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

async function takeDown(): Promise<void> {
  expect((await pochtar('down')).code).toBe(0);
  // Kept from other installations of this machine, which choose theirs meanwhile.
  for (const address of Object.values(first)) {
    if (typeof address === 'string' && address.startsWith('127.')) await reservePort(portOf(address));
  }
}

const portOf = (address: string): number => Number(address.split(':')[1]);

/** Speaks over TLS from the first byte; answers all that was said. */
async function speak(address: string, lines: string[], isOver: (said: string) => boolean): Promise<string> {
  const socket = connectTls({ port: portOf(address), host: '127.0.0.1', rejectUnauthorized: false });
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  await once(socket, 'data');
  for (const line of lines) {
    const before = said.length;
    socket.write(`${line}\r\n`);
    await eventually(() => said.length > before && said.endsWith('\r\n'), { timeout: 20_000 });
  }
  socket.destroy();
  expect(isOver(said), said).toBe(true);
  return said;
}

/** The reply to a mail from anna to boris. */
async function sendMail(): Promise<string> {
  const [anna] = first.accounts;
  const login = Buffer.from(`\0${anna?.address}\0${anna?.password}`).toString('base64');
  const mail = `From: ${anna?.address}\r\nTo: boris@demo.test\r\nSubject: kept\r\n\r\nkept\r\n.`;
  const lines = ['EHLO client.test', `AUTH PLAIN ${login}`, `MAIL FROM:<${anna?.address}>`];
  const said = await speak(first.smtps, [...lines, 'RCPT TO:<boris@demo.test>', 'DATA', mail], (text) =>
    text.includes('\r\n354 '),
  );
  return said.split('\r\n').at(-2) ?? '';
}

async function mailsOfBoris(): Promise<number> {
  const boris = first.accounts[1];
  const lines = [`USER ${boris?.address}`, `PASS ${boris?.password}`, 'STAT'];
  const said = await speak(first.pop3s, lines, (text) => text.includes('+OK'));
  return Number(/\+OK (\d+) \d+\r\n$/.exec(said)?.[1]);
}

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

async function refused(): Promise<string> {
  const before = [contentsOf(below('postgres')), contentsOf(below('mail')), contentsOf(below('secrets'))];
  const { code, err } = await pochtar('up', '--detach');
  expect({ code, err }).toMatchObject({
    code: 1,
    err: expect.stringContaining('Nothing was changed.') as string,
  });
  expect([contentsOf(below('postgres')), contentsOf(below('mail')), contentsOf(below('secrets'))]).toEqual(
    before,
  );
  return err;
}

beforeAll(async () => {
  const { code, out, err } = await pochtar('up', '--detach', '--json');
  if (code !== 0) throw new Error(err);
  first = JSON.parse(out) as Endpoints;
  await sendMail();
  await eventually(async () => (await mailsOfBoris()) === 1, { timeout: 30_000 });
}, startMs);

afterAll(async () => {
  await pochtar('down');
  dir[Symbol.dispose]();
}, startMs);

test(
  'somebody reads what is written to postmaster and to abuse of the demo domain',
  async () => {
    const { out } = await pochtar('alias', 'list');
    expect(out).toMatch(/abuse@demo\.test +postmaster@demo\.test\n/);
    expect(out).toMatch(/postmaster@demo\.test +anna@demo\.test\n/);
    await takeDown();
  },
  startMs,
);

test('a database that lacks PG_VERSION is not cleared away, and the way to get the file back is said', async () => {
  renameSync(below('postgres/PG_VERSION'), below('kept'));
  const said = await refused();
  expect(said).toContain(`cp ${below('postgres')}/base/1/PG_VERSION ${below('postgres')}/PG_VERSION`);
  renameSync(below('kept'), below('postgres/PG_VERSION'));
});

test.each(['empty', 'absent', 'a link to nowhere'])(
  'no new database is made beside mails that are there, where its directory is %s',
  async (what) => {
    renameSync(below('postgres'), below('kept'));
    if (what === 'empty') mkdirSync(below('postgres'));
    if (what === 'a link to nowhere') symlinkSync('/nowhere/at/all', below('postgres'));
    expect(await refused()).toMatch(what === 'a link to nowhere' ? /Mount its disk/ : /restore .*postgres/);
    rmSync(below('postgres'), { recursive: true, force: true });
    renameSync(below('kept'), below('postgres'));
  },
);

test('a master key that is lost is not made again silently', async () => {
  const key = readFileSync(below('secrets/owner/master-key'));
  rmSync(below('secrets/owner/master-key'));
  expect(await refused()).toContain('./pochtar secrets renew-master-key');
  // As a power cut leaves it.
  writeFileSync(below('secrets/owner/master-key'), '');
  expect(await refused()).toContain('master-key is lost');
  writeFileSync(below('secrets/owner/master-key'), key);
});

test('cut off files of a run are no more than absent ones to `status` and `down`', async () => {
  const files = ['supervisor', 'infrastructure', 'smtp', 'postgres'].map((name) => below(`run/${name}.json`));
  for (const text of ['', '{"pid":', '[]', '{"pid":"x","socket":7}']) {
    for (const file of files) writeFileSync(file, text);
    expect(await pochtar('status')).toMatchObject({ code: 3, err: '' });
  }
  expect(await pochtar('down')).toMatchObject({ code: 0, err: 'Pochtar is not up.\n' });
});

// It comes up with the new key in the test that follows.
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

test(
  "over a new master key, cut off files, lost passwords and numbers that are a stranger's, everything comes up as it was, and nobody is killed",
  async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '/services/of/somebody']);
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
    const { code, out, err } = await pochtar('up', '--detach', '--json');
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringContaining('is broken and was written anew') as string,
    });
    expect(JSON.parse(out)).toEqual(first);
    expect(readFileSync(below('ports.json'), 'utf8')).toBe(ports);
    expect(await mailsOfBoris()).toBe(1);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
  },
  startMs,
);

test('a mail disk that goes away is noticed before anything is written in its place, and is used again when it is back', async () => {
  renameSync(below('mail'), below('away'));
  // What a mount point looks like without its disk.
  mkdirSync(below('mail'));
  expect(await sendMail()).toMatch(/^4\d\d /);
  await eventually(
    async () => {
      const { out } = await pochtar('status');
      expect(out).toMatch(/^smtp +unready .*\n +volume: volume "var\/mail": its mark is not there/m);
    },
    { timeout: 20_000 },
  );
  expect(readdirSync(below('mail'))).toEqual([]);
  rmSync(below('mail'), { recursive: true });
  renameSync(below('away'), below('mail'));
  expect(await sendMail()).toMatch(/^250 /);
  await eventually(async () => expect((await pochtar('status')).code).toBe(0), { timeout: 20_000 });
  await eventually(async () => (await mailsOfBoris()) === 2, { timeout: 30_000 });
});

test('status asks Postgres and NATS: a server that is stopped in its tracks is not ready', async () => {
  const { processes } = JSON.parse((await pochtar('status', '--json')).out) as {
    processes: { name: string; pid: number | null }[];
  };
  const nats = processes.find(({ name }) => name === 'nats')?.pid;
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
  'up ends with 1 and says why, where a stranger holds a port and the mail disk is not mounted; what can be is up',
  async () => {
    await pochtar('down');
    renameSync(below('mail'), below('away'));
    const stranger = createServer().listen(portOf(first.imap), '127.0.0.1');
    const { code, err } = await pochtar('up', '--detach');
    expect(code).toBe(1);
    expect(err).toMatch(/^Not ready: smtp, .*imap/m);
    expect(err).toMatch(
      new RegExp(`port ${portOf(first.imap)} on .* is held by .*\\(process ${process.pid}\\)`),
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
    await takeDown();
  },
  startMs,
);
