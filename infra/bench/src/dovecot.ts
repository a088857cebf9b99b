// Dovecot from Debian: what IMAP and POP3 are measured beside. Set up as Debian has it (a process for each session and each
// log-in), with Maildir, and with as many sessions as the bench opens. It runs as an ordinary user, on ports of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { ensurePackage, freePort, serverUser, until } from '@pochtar/native';
import { certificatePem, keyPem } from '@pochtar/testkit';
import { isOpen } from './open-port.ts';

const START_MS = 30_000;

export interface Dovecot extends AsyncDisposable {
  pid: number;
  ports: { imap: number; imaps: number; pop3: number };
}

/** Whoever logs in with this password has a mailbox. */
export async function startDovecot(
  directory: string,
  password: string,
  note: (text: string) => void,
): Promise<Dovecot> {
  const ports = { imap: await freePort(), imaps: await freePort(), pop3: await freePort() };
  const user = serverUser();
  for (const name of ['', 'run', 'state', 'mail']) {
    mkdirSync(join(directory, name), { recursive: true });
    if (user) chownSync(join(directory, name), user.uid, user.gid);
  }
  const path = (name: string): string => join(directory, name);
  writeFileSync(path('certificate.pem'), certificatePem);
  writeFileSync(path('key.pem'), keyPem);
  writeFileSync(path('dovecot.conf'), configuration({ directory, password, ports, user: user?.name }));
  const [command, ...words] = await commandLine(['dovecot', '-F', '-c', path('dovecot.conf')], note);
  const child = spawn(command as string, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  try {
    await Promise.race([
      until('dovecot answers', () => isOpen(ports.imap), { timeoutMs: START_MS }),
      exited.then(([code]) => {
        throw new Error(`dovecot ended with ${code}: see ${path('log')}`);
      }),
    ]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { pid: child.pid ?? 0, ports, [Symbol.asyncDispose]: stop };
}

/** As the server user. Where it is not installed, it sees its packages as if they were: its paths are compiled into it. */
async function commandLine(words: readonly string[], note: (text: string) => void): Promise<string[]> {
  const user = serverUser();
  const own = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups'] : [];
  const started = ['setpriv', '--pdeathsig=TERM', ...own, ...words];
  if (existsSync('/usr/lib/dovecot/imap') && existsSync('/usr/lib/dovecot/pop3')) return started;
  if (!user)
    throw new Error(
      'Dovecot is not installed: "apt-get install dovecot-imapd dovecot-pop3d", or measure as root',
    );
  const roots = [];
  for (const debianPackage of ['dovecot-imapd', 'dovecot-pop3d']) {
    roots.push(join(await ensurePackage({ debianPackage, note }), 'usr'));
  }
  const mount = `mount -t overlay overlay -o lowerdir=${[...roots, '/usr'].join(':')} /usr`;
  return ['unshare', '--mount', 'sh', '-c', `${mount} && exec "$@"`, 'sh', ...started];
}

interface Settings {
  directory: string;
  password: string;
  ports: Dovecot['ports'];
  user: string | undefined;
}

function configuration({ directory, password, ports, user = userInfo().username }: Settings): string {
  const listener = (protocol: string, port: number, more = ''): string =>
    `inet_listener ${protocol} {\n port = ${port}\n ${more}\n}`;
  const service = (of: string, ...words: string[]): string => `service ${of} {\n ${words.join('\n ')}\n}`;
  // Whoever starts it as somebody else than root has no other user to give its parts to, and no directory to lock them in.
  const unlocked = 'chroot =';
  const many = 'client_limit = 15000';
  return `${[
    'protocols = imap pop3',
    'listen = 127.0.0.1',
    `base_dir = ${join(directory, 'run')}`,
    `state_dir = ${join(directory, 'state')}`,
    `log_path = ${join(directory, 'log')}`,
    `default_internal_user = ${user}`,
    `default_login_user = ${user}`,
    'default_internal_group =',
    'mail_max_userip_connections = 10000',
    'disable_plaintext_auth = no',
    'ssl = yes',
    `ssl_cert = <${join(directory, 'certificate.pem')}`,
    `ssl_key = <${join(directory, 'key.pem')}`,
    `mail_location = maildir:${join(directory, 'mail')}/%u`,
    `passdb {\n driver = static\n args = password=${password}\n}`,
    `userdb {\n driver = static\n args = home=${join(directory, 'mail')}/%u\n}`,
    service(
      'imap-login',
      unlocked,
      'process_limit = 8000',
      listener('imap', ports.imap),
      listener('imaps', ports.imaps, 'ssl = yes'),
    ),
    service('pop3-login', unlocked, listener('pop3', ports.pop3), listener('pop3s', 0)),
    service('imap', 'process_limit = 8000'),
    service('anvil', unlocked, many),
    ...['auth', 'stats', 'config', 'log'].map((name) => service(name, many)),
  ].join('\n')}\n`;
}
