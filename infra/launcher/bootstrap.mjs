// Brings what the launcher itself needs: the packages of pnpm-lock.yaml, Node 24 among them. Runs on the machine's
// own Node (18 or newer) and therefore uses nothing newer and no package. Prints the path of a Node 24 on stdout;
// everything for people goes to stderr. Nothing is done when the lock file is the one last installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const stamp = join(root, 'node_modules/.pochtar-installed');
const lock = join(root, '.pochtar-install.lock');

try {
  await main();
} catch (error) {
  fail(error.message);
}

async function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 18) fail(`Node 18 or newer is needed, this is ${process.versions.node}`);
  if (process.platform !== 'linux') fail(`Linux is needed, this is ${process.platform}`);
  if (!['x64', 'arm64'].includes(process.arch)) fail(`x64 or arm64 is needed, this is ${process.arch}`);

  const wanted = fingerprint();
  if (installed() !== wanted) {
    await withLock(async () => {
      if (installed() === wanted) return;
      await install();
      writeFileSync(stamp, wanted);
    });
  }
  process.stdout.write(nodePath(major));
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']) {
    hash.update(readFileSync(join(root, file)));
  }
  return `${hash.digest('hex')} ${process.arch}`;
}

function installed() {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
}

function nodePath(major) {
  if (major >= 24) return process.execPath;
  const path = join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  const check = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (check.status !== 0) fail(`${path} does not run: ${check.error?.message ?? check.stderr}`);
  return path;
}

async function install() {
  if (spawnSync('npm', ['--version']).status !== 0) {
    throw new Error('npm is needed to fetch the packages. Debian, Ubuntu: apt-get install npm');
  }
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new Error(`packages must be installed, but ${root} is not writable for this user`);
  }
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  process.stderr.write(
    `pochtar: installing packages (${packageManager}); the first time takes a minute or two\n`,
  );
  // Programs may run as another user than whoever installs: code is no secret, and has to be readable for them.
  process.umask(0o022);
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'];
  const status = await run('npx', args, { ...process.env, ...homeEnvironment(), CI: 'true' });
  if (status !== 0) throw new Error(`the packages could not be installed (status ${status}), see above`);
}

/** npm and pnpm keep caches in the home directory; where that is missing or read-only they get one in var/. */
function homeEnvironment() {
  const home = homedir();
  try {
    accessSync(home, constants.W_OK);
    return {};
  } catch {
    const own = join(process.env.POCHTAR_VAR ?? join(root, 'var'), 'home');
    mkdirSync(own, { recursive: true });
    const none = { npm_config_cache: undefined, XDG_CACHE_HOME: undefined, XDG_DATA_HOME: undefined };
    return { ...none, XDG_CONFIG_HOME: undefined, XDG_STATE_HOME: undefined, HOME: own };
  }
}

function run(command, args, env) {
  return new Promise((resolvePromise) => {
    // Its stdout would be taken for the path of node.
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
    child.on('error', () => resolvePromise(127));
    child.on('exit', (code, signal) => resolvePromise(signal ?? code));
  });
}

/** One installation at a time; a lock whose process is gone is taken over. */
async function withLock(work) {
  for (let told = false; !takeLock(); told = true) {
    if (!told) process.stderr.write('pochtar: another installation is under way, waiting for it\n');
    await new Promise((done) => setTimeout(done, 300));
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock() {
  const own = `${lock}.${process.pid}`;
  try {
    // Written first and linked then: a lock file always says whose it is.
    writeFileSync(own, identityOf(process.pid));
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') {
      fail(`packages must be installed, but ${root} is not writable for this user (${error.code})`);
    }
    removeStaleLock();
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function removeStaleLock() {
  try {
    const owner = readFileSync(lock, 'utf8');
    if (owner !== identityOf(Number.parseInt(owner, 10))) rmSync(lock, { force: true });
  } catch {
    // Its owner has removed it meanwhile.
  }
}

/** The number and the start of a process: after a power cut the number is another's. */
function identityOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${pid} ${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return 'nobody';
  }
}

function fail(message) {
  process.stderr.write(`pochtar: ${message}\n`);
  process.exit(1);
}
