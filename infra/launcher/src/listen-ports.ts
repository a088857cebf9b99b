// The ports of the native run: chosen at the first start, kept in ports.json, and from then on settings like any
// other. Unprivileged numbers unless --privileged asks for the real ones.
import { isPortFree, reservePort } from '@pochtar/native';
import { readFacts, writeWhole } from '@pochtar/runtime';
import { nameHolders } from './port-holders.ts';

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

export interface ListenPortsOptions {
  privileged: boolean;
  /** What takes the place of a file that is lost: the ports of an installation are settings, and not chosen again. */
  recovered?: ListenPorts | undefined;
}

/**
 * The ports in `file`; chosen and written there when it does not exist or is broken. They stay reserved for this process,
 * so that an installation that starts at the same time chooses others.
 */
export async function listenPorts(file: string, options: ListenPortsOptions): Promise<ListenPorts> {
  const known = readPorts(file) ?? options.recovered;
  if (known) {
    // Already ours: a reservation of somebody else shows when the program binds and names the holder.
    for (const port of Object.values(known)) await reservePort(port);
    return known;
  }
  const ports = options.privileged ? await realPorts() : await choosePorts();
  writePorts(file, ports);
  return ports;
}

export function writePorts(file: string, ports: ListenPorts): void {
  writeWhole(file, `${JSON.stringify(ports, null, 2)}\n`, 0o644);
}

/** Reads and checks ports.json; undefined when it is absent or broken off. Throws where a person wrote nonsense. */
export function readPorts(file: string): ListenPorts | undefined {
  const stored = readFacts(file, (value) =>
    listeners.every((listener) => listener in value) ? value : undefined,
  );
  if (!stored) return undefined;
  const ports = { ...unprivilegedPorts };
  for (const listener of listeners) {
    const port = stored[listener];
    if (!isPort(port)) throw new Error(`${file}: ${listener} must be a port, 1 to 65535`);
    ports[listener] = port;
  }
  return ports;
}

/** The ports of addresses `host:port`; undefined unless all are there. */
export function portsOf(addresses: Partial<Record<Listener, string>>): ListenPorts | undefined {
  const ports = { ...unprivilegedPorts };
  for (const listener of listeners) {
    const port = Number(/:(\d+)$/.exec(addresses[listener] ?? '')?.[1]);
    if (!isPort(port)) return undefined;
    ports[listener] = port;
  }
  return ports;
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
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
      taken.push(`${port} (${listener}): ${(await nameHolders('0.0.0.0', port)) ?? 'in use'}`);
  }
  if (taken.length > 0) throw new Error(`these ports are taken:\n  ${taken.join('\n  ')}`);
  return privilegedPorts;
}
