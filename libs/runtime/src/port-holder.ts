// Who holds a TCP port of this machine, for the message that a port is taken. Linux only (/proc); elsewhere
// and where another user's processes can't be looked into, less is known.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { isIPv4 } from 'node:net';

export interface PortHolder {
  /** Null when its process can't be seen from here: another user's, or another container's. */
  pid: number | null;
  /** Its command line, '' when it can't be seen. */
  command: string;
  uid: number;
}

const LISTEN = '0A';

/** Which process it is, where that can be seen; otherwise whose, why no more, and what shows it. */
export async function holderWords(
  { pid, command, uid }: PortHolder,
  port: number,
): Promise<{ ru: string; en: string }> {
  if (pid !== null) return { ru: `«${command}» (процесс ${pid})`, en: `"${command}" (process ${pid})` };
  const name = await userName(uid);
  const shows = `sudo ss -ltnp 'sport = :${port}'`;
  return {
    ru: `процесс пользователя ${name} (чужие процессы отсюда не видны; какой это, покажет ${shows})`,
    en: `a process of user ${name} (those of others cannot be seen from here; ${shows} shows it)`,
  };
}

/** By the machine's own list; a user of a container or a directory may not stand in it. */
async function userName(uid: number): Promise<string> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const found = users
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, , id]) => id === String(uid));
  return found?.[0] === undefined || found[0] === '' ? String(uid) : found[0];
}

/** Listening sockets that stand in the way of `host`:`port`; several when they share it. */
export async function portHolders(host: string, port: number): Promise<PortHolder[]> {
  const sockets = (await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(listeningSockets)))
    .flat()
    .filter((socket) => socket.port === port && overlaps(socket.address, host));
  if (sockets.length === 0) return [];
  const pids = await processesOf(new Set(sockets.map((socket) => socket.inode)));
  return Promise.all(
    sockets.map(async ({ inode, uid }) => {
      const pid = pids.get(inode) ?? null;
      return { pid, command: pid === null ? '' : await commandLine(pid), uid };
    }),
  );
}

interface ListeningSocket {
  /** As /proc writes it: hexadecimal, words in machine order. */
  address: string;
  port: number;
  uid: number;
  inode: string;
}

async function listeningSockets(table: string): Promise<ListeningSocket[]> {
  const text = await readFile(table, 'latin1').catch(() => '');
  const found: ListeningSocket[] = [];
  for (const line of text.split('\n').slice(1)) {
    const [, local = '', , state, , , , uid, , inode = ''] = line.trim().split(/\s+/);
    if (state !== LISTEN) continue;
    const [address = '', port = ''] = local.split(':');
    found.push({ address, port: Number.parseInt(port, 16), uid: Number(uid), inode });
  }
  return found;
}

// IPv6 wildcards are taken to be dual-stack: then they stand in the way of IPv4 too.
function overlaps(address: string, host: string): boolean {
  if (/^0+$/.test(address) || host === '0.0.0.0' || host === '::') return true;
  if (!isIPv4(host)) return address.length === 32;
  const hexadecimal = host
    .split('.')
    .toReversed()
    .map((octet) => Number(octet).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
  return address.endsWith(hexadecimal);
}

async function processesOf(inodes: ReadonlySet<string>): Promise<Map<string, number>> {
  const holders = new Map<string, number>();
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined && inodes.has(inode)) holders.set(inode, Number(pid));
    }
    if (holders.size === inodes.size) break;
  }
  return holders;
}

async function commandLine(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').filter(Boolean).join(' ').slice(0, 200);
}

/** What tells one installation from another: the database that a process was started with. */
export async function installationOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const name = 'POCHTAR_POSTGRES_URL=';
  const found = text.split('\0').find((variable) => variable.startsWith(name));
  return found === undefined ? null : new URL(found.slice(name.length)).host;
}
