// The ports of the native run: chosen at the first start, kept in ports.json, and from then on settings like any
// other. Unprivileged numbers unless --privileged asks for the real ones.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isPortFree, portHolder, reservePort } from '@pochtar/native';

export const listeners = [
  'smtp',
  'submission',
  'smtps',
  'imap',
  'imaps',
  'pop3',
  'pop3s',
  'ldap',
  'console',
] as const;
type Listener = (typeof listeners)[number];
export type ListenPorts = Record<Listener, number>;

export const unprivilegedPorts: ListenPorts = {
  smtp: 2525,
  submission: 5870,
  smtps: 4650,
  imap: 1430,
  imaps: 9930,
  pop3: 1100,
  pop3s: 9950,
  ldap: 3890,
  console: 8080,
};

export const privilegedPorts: ListenPorts = {
  smtp: 25,
  submission: 587,
  smtps: 465,
  imap: 143,
  imaps: 993,
  pop3: 110,
  pop3s: 995,
  ldap: 389,
  console: 80,
};

/**
 * The ports in `file`; chosen and written there when it does not exist. They stay reserved for this process, so that
 * an installation that starts at the same time chooses others.
 */
export async function listenPorts(file: string, options: { privileged: boolean }): Promise<ListenPorts> {
  if (existsSync(file)) {
    const stored = readPorts(file);
    // Already ours: a reservation of somebody else shows when the program binds and names the holder.
    for (const port of Object.values(stored)) await reservePort(port);
    return stored;
  }
  const ports = options.privileged ? await realPorts() : await choosePorts();
  writeFileSync(file, `${JSON.stringify(ports, null, 2)}\n`);
  return ports;
}

/** Reads and checks ports.json. */
function readPorts(file: string): ListenPorts {
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Partial<ListenPorts>;
  const ports = { ...unprivilegedPorts };
  for (const listener of listeners) {
    const port = stored[listener];
    if (!Number.isInteger(port) || port === undefined || port < 1 || port > 65_535) {
      throw new Error(`${file}: ${listener} must be a port, 1 to 65535`);
    }
    ports[listener] = port;
  }
  return ports;
}

// A taken number moves up to the next free one that no other listener wants, and stays below the ephemeral ports,
// which outgoing connections may hold at the next start.
async function choosePorts(): Promise<ListenPorts> {
  const ports = { ...unprivilegedPorts };
  const wanted = new Set(Object.values(ports));
  for (const listener of listeners) {
    let port = ports[listener];
    while (!(await take(port))) {
      do port++;
      while (wanted.has(port));
      if (port > ports[listener] + 1000)
        throw new Error(`no free port for ${listener} near ${ports[listener]}`);
    }
    wanted.add(port);
    ports[listener] = port;
  }
  return ports;
}

async function take(port: number): Promise<boolean> {
  const reservation = await reservePort(port);
  if (reservation && (await isPortFree(port, '0.0.0.0'))) return true;
  reservation?.[Symbol.dispose]();
  return false;
}

async function realPorts(): Promise<ListenPorts> {
  const taken: string[] = [];
  for (const listener of listeners) {
    const port = privilegedPorts[listener];
    if (!(await isPortFree(port, '0.0.0.0')))
      taken.push(`${port} (${listener}): ${portHolder(port) ?? 'in use'}`);
  }
  if (taken.length > 0) throw new Error(`these ports are taken:\n  ${taken.join('\n  ')}`);
  return privilegedPorts;
}
