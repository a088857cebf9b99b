// Debian's Roundcube with its PHP, unpacked where it is not installed, and served by PHP's own server: a web mail that is not
// ours, for tests.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './deadline.ts';
import { ensurePackage, librariesOf } from './debian-package.ts';
import { giveTree } from './ownership.ts';
import { freePort } from './ports.ts';
import { startServer } from './server-process.ts';
import { serverUser } from './system-users.ts';

const run = promisify(execFile);

export interface Roundcube extends AsyncDisposable {
  url: string;
  /** What PHP complained of lately. */
  tail(): string;
}

export interface RoundcubeOptions {
  /** A directory of its own. */
  dir: string;
  /** `host:port` of IMAP and SMTP, in clear. */
  imap: string;
  smtp: string;
  /** PHP that comes after the configuration: a file as Pochtar prints it. */
  include?: string;
  env?: Record<string, string>;
}

const packages = ['roundcube-sqlite3', 'php-cgi', 'php-ldap', 'php-net-ldap3'];
const extensions = [
  ...['mbstring', 'ctype', 'iconv', 'fileinfo', 'intl', 'tokenizer', 'dom', 'xml', 'simplexml', 'xmlwriter'],
  ...['pdo', 'pdo_sqlite', 'ldap', 'sockets', 'phar', 'posix', 'exif'],
];
export async function startRoundcube({
  dir,
  imap,
  smtp,
  include = '',
  env = {},
}: RoundcubeOptions): Promise<Roundcube> {
  const root = await ensureRoundcube();
  const php = phpOf(root);
  for (const name of ['config', 'logs', 'temp']) mkdirSync(join(dir, name), { recursive: true });
  const config = join(realpathSync(dir), 'config');
  const database = join(config, 'roundcube.sqlite');
  writeFileSync(join(config, 'book.inc.php'), include === '' ? '<?php' : include);
  writeFileSync(join(config, 'config.inc.php'), configuration({ dir, database, imap, smtp }));
  const home = join(root, 'usr/share/roundcube/');
  writeFileSync(join(config, 'prepend.php'), `<?php\ndefine('INSTALL_PATH', ${quoted(home)});\n`);
  for (const name of ['defaults.inc.php', 'mimetypes.php']) {
    symlinkSync(join(root, 'etc/roundcube', name), join(config, name));
  }
  await run(php.path, [...php.words, '-r', createTables(root, database)], { env: php.env });
  giveTree(dir, serverUser());
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const server = await startServer({
    name: 'roundcube',
    command: php.path,
    args: [
      ...php.words,
      ...['-d', `auto_prepend_file=${join(config, 'prepend.php')}`],
      ...['-S', address, '-t', home],
    ],
    paths: [dir],
    env: { ...php.env, ...env, ROUNDCUBE_CONFIG_DIR: config },
  });
  const url = `http://${address}`;
  await server.whileRunning(
    until('Roundcube answers', async () => (await fetch(`${url}/`).catch(() => null))?.ok === true, {
      timeoutMs: 30_000,
    }),
  );
  return { url, tail: () => server.tail(), [Symbol.asyncDispose]: () => server.stop() };
}

/** Returns the tree it is unpacked in. */
export function ensureRoundcube(note?: (text: string) => void): Promise<string> {
  const options = { debianPackage: 'roundcube-core', beside: packages, afterUnpack: linkInstalled };
  return ensurePackage({ ...options, ...(note && { note }) });
}

/** What the machine has installed is not in the tree, where the pages look for it. */
async function linkInstalled(root: string): Promise<void> {
  const [here, there] = [join(root, 'usr/share/javascript/jquery'), '/usr/share/javascript/jquery'];
  if (!existsSync(here) && existsSync(there)) symlinkSync(there, here);
}

interface Php {
  path: string;
  words: string[];
  env: NodeJS.ProcessEnv;
}

/** Without its configuration, which only an installation has: modules are named one by one. */
function phpOf(root: string): Php {
  const bin = join(root, 'usr/bin');
  const name = readdirSync(bin).find((one) => /^php\d+\.\d+$/.test(one));
  if (name === undefined) throw new Error(`there is no PHP in ${root}`);
  const modules = join(root, 'usr/lib/php');
  const api = readdirSync(modules).find((one) => /^\d{8}$/.test(one));
  if (api === undefined) throw new Error(`there are no modules of PHP in ${root}`);
  const words = [
    ...[
      '-n',
      '-d',
      `extension_dir=${join(modules, api)}`,
      '-d',
      `include_path=.:${join(root, 'usr/share/php')}`,
    ],
    ...extensions.flatMap((one) => ['-d', `extension=${one}`]),
    ...['-d', 'date.timezone=UTC', '-d', 'error_reporting=E_ALL & ~E_DEPRECATED', '-d', 'display_errors=0'],
    ...['-d', 'log_errors=1'],
  ];
  return {
    path: join(bin, name),
    words,
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', LD_LIBRARY_PATH: librariesOf(root).join(':') },
  };
}

interface Configuration extends Pick<RoundcubeOptions, 'dir' | 'imap' | 'smtp'> {
  database: string;
}

function configuration({ dir, database, imap, smtp }: Configuration): string {
  const values = {
    db_dsnw: `sqlite:///${database}?mode=0600`,
    ...{ imap_host: imap, smtp_host: smtp, smtp_user: '%u', smtp_pass: '%p' },
    des_key: 'a key of 24 octets......',
    ...{ log_dir: `${dir}/logs/`, temp_dir: `${dir}/temp/`, log_driver: 'file' },
    ...{ skin: 'elastic', language: 'en_US', enable_installer: 'false' },
  };
  const lines = Object.entries(values).map(
    ([name, value]) => `$config[${quoted(name)}] = ${value === 'false' ? value : quoted(value)};`,
  );
  return [
    '<?php',
    '$config = [];',
    '$config["plugins"] = [];',
    ...lines,
    "include __DIR__ . '/book.inc.php';",
    '',
  ].join('\n');
}

function createTables(root: string, database: string): string {
  const sql = join(root, 'usr/share/roundcube/SQL/sqlite.initial.sql');
  return `(new PDO(${quoted(`sqlite:${database}`)}))->exec(file_get_contents(${quoted(sql)}));`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
