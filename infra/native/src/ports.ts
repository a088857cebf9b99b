// TCP ports of this machine: find a free one, test one, and name the process that holds one, so that the
// report about a taken port says what to stop.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** Returns whether a listener could be bound on host:port right now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await tryBind(port, host)) !== undefined;
}

/**
 * Returns a free TCP port. `preferred` is taken when it is free. The port is not reserved: between this call and
 * the bind another process may take it, so whoever starts a server on it tries again with a new one.
 */
export async function freePort(preferred = 0, host = '127.0.0.1'): Promise<number> {
  const port = (preferred > 0 ? await tryBind(preferred, host) : undefined) ?? (await tryBind(0, host));
  if (port === undefined) throw new Error(`no free TCP port on ${host}`);
  return port;
}

/**
 * Marks a port as taken for other installations on this machine, from the choice until long after the bind, as long
 * as this process lives. Returns undefined when another one has it. An abstract Unix socket is the mark: the kernel
 * removes it with its owner.
 */
export function reservePort(port: number): Promise<Disposable | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(`\0pochtar-port-${port}`, () => {
      server.unref();
      resolve({ [Symbol.dispose]: () => void server.close() });
    });
  });
}

function tryBind(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const bound = address !== null && typeof address === 'object' ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}

/** Names the process that listens on `port` ("nginx (pid 812)"), or undefined when it cannot be seen. */
export function portHolder(port: number): string | undefined {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (holdsOneOf(pid, inodes)) return `${processName(pid)} (pid ${pid})`;
  }
  return undefined;
}

// proc(5), /proc/net/tcp: the second column is the local address, the fourth the state (0A = LISTEN), the tenth the inode.
function listeningInodes(port: number): Set<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readOr(table, '').split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[3] === '0A' && columns[1]?.endsWith(wanted) && columns[9]) inodes.add(columns[9]);
    }
  }
  return inodes;
}

function holdsOneOf(pid: string, inodes: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const target = linkTarget(`/proc/${pid}/fd/${fd}`);
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    // Another user's process, or one that has just ended.
    return false;
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function processName(pid: string): string {
  return readOr(`/proc/${pid}/comm`, 'unknown').trim();
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return fallback;
  }
}
