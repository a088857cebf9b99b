// Listening sockets that follow the settings while sessions go on: plain and implicit TLS, shared by replicas,
// behind a balancer with the PROXY protocol or not.
//
// - What is new is opened before what is old is closed; a connection once accepted is not touched any more.
//   While something that is wanted can't be opened, nothing old is closed, so that a mistake locks nobody out.
// - Replicas share a port by SO_REUSEPORT. The kernel would share it with any program of this user that asks,
//   so a port is first bound without, and one that a stranger holds is an error that names him.
import { BlockList, createServer, isIP, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { AddressInfo } from 'node:net';
import { acceptTls } from './accept-tls.ts';
import type { Logger } from './log.ts';
import { installationOf, portHolders } from './port-holder.ts';
import { readProxyHeader } from './proxy-protocol.ts';
import type { TlsContexts } from './tls.ts';

export interface WantedListener {
  /** An address of this machine; `::` is everything, IPv4 included. See `listenHosts`. */
  host: string;
  port: number;
  /** TLS from the first byte. */
  tls: boolean;
}

export interface IncomingConnection {
  /** A TLSSocket, its handshake done, where the listener is implicit TLS. Errors are the receiver's from now on. */
  socket: Socket;
  /** IPv4-mapped addresses as IPv4. */
  clientAddress: string;
  clientPort: number;
  listener: WantedListener;
}

export interface ConnectionLimits {
  perAddress: number;
  total: number;
}

export interface ListenersOptions {
  onConnection(connection: IncomingConnection): void;
  /** Needed for listeners with `tls`. */
  tls?: TlsContexts;
  log: Logger;
  /** Connections open at once, counted from the accept on; asked for each new one. */
  limits?: () => ConnectionLimits;
  /** Not counted per address (many users behind one). */
  isExempt?: (clientAddress: string) => boolean;
  /** Sent on a plain listener to a connection over a limit, before it is closed. */
  refusal?: (over: 'perAddress' | 'total') => string;
  /** From these addresses a PROXY header is expected and believed. */
  isTrustedProxy?: (address: string) => boolean;
}

/** A wanted listener could not be opened; the message names the port, who holds it, and the remedy. */
export class ListenError extends Error {
  override name = 'ListenError';
}

const BIND_ATTEMPTS = 10;
const BIND_PAUSE_MS = 100;

export class Listeners implements AsyncDisposable {
  readonly #options: ListenersOptions;
  readonly #open = new Map<string, Server>();
  readonly #counts = new Map<string, number>();
  /** Accepted, and not yet handed over. */
  readonly #handshaking = new Set<Socket>();
  #total = 0;
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /**
   * Makes the open listeners those that are wanted. Calls run one after another. Throws one `ListenError`
   * that names all that could not be opened; the others are open then, and nothing was closed.
   */
  reconcile(wanted: readonly WantedListener[]): Promise<void> {
    const done = this.#turn.then(() => this.#reconcile(wanted));
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Where it listens; the port is the real one where 0 was wanted. */
  get addresses(): AddressInfo[] {
    return [...this.#open.values()].map((server) => server.address() as AddressInfo);
  }

  /** Connections that were accepted and have not ended. */
  get connections(): number {
    return this.#total;
  }

  /** Stops listening; connections that were handed over go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#turn;
    for (const server of this.#open.values()) server.close();
    this.#open.clear();
    for (const socket of this.#handshaking) socket.destroy();
  }

  async #reconcile(wanted: readonly WantedListener[]): Promise<void> {
    if (this.#stopped) return;
    const keys = new Set(wanted.map(keyOf));
    const faults: string[] = [];
    for (const listener of wanted) {
      if (this.#open.has(keyOf(listener))) continue;
      try {
        this.#open.set(keyOf(listener), await this.#listen(listener));
        this.#options.log.info(listener, 'listening');
      } catch (error) {
        faults.push((error as Error).message);
      }
    }
    if (faults.length > 0) throw new ListenError(faults.join('; '));
    for (const [key, server] of this.#open) {
      if (keys.has(key)) continue;
      this.#open.delete(key);
      server.close();
      this.#options.log.info({ listener: key }, 'no longer listening');
    }
  }

  async #listen(listener: WantedListener): Promise<Server> {
    if (listener.tls && !this.#options.tls?.available) {
      throw new ListenError(`port ${listener.port}: no certificate is loaded; choose one in the settings`);
    }
    const server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: 120_000 },
      (socket) => this.#accept(socket, listener),
    );
    await bindShared(server, listener);
    server.on('error', (error) => this.#options.log.error({ ...listener, err: error }, 'listener failed'));
    return server;
  }

  #accept(socket: Socket, listener: WantedListener): void {
    // A reset before anybody listens for errors must not end the process.
    socket.on('error', () => {});
    const peer = plainAddress(socket.remoteAddress ?? '');
    if (peer === '') return void socket.destroy();
    if (this.#total >= (this.#options.limits?.().total ?? Number.POSITIVE_INFINITY)) {
      return this.#refuse(socket, listener, 'total');
    }
    this.#total++;
    socket.once('close', () => this.#total--);
    this.#handshaking.add(socket);
    void this.#handOver(socket, peer, listener)
      .catch((error: Error) => this.#options.log.debug({ peer, reason: error.message }, 'connection dropped'))
      .finally(() => this.#handshaking.delete(socket));
  }

  async #handOver(socket: Socket, peer: string, listener: WantedListener): Promise<void> {
    let client = { address: peer, port: socket.remotePort ?? 0 };
    if (this.#options.isTrustedProxy?.(peer)) client = (await readProxyHeader(socket)) ?? client;
    const clientAddress = plainAddress(client.address);
    if (!this.#count(socket, clientAddress)) return this.#refuse(socket, listener, 'perAddress');
    const { tls } = this.#options;
    const ready = listener.tls && tls ? await acceptTls(socket, tls) : socket;
    if (ready.destroyed) return;
    this.#options.onConnection({ socket: ready, clientAddress, clientPort: client.port, listener });
  }

  #count(socket: Socket, address: string): boolean {
    if (socket.destroyed || this.#options.isExempt?.(address)) return true;
    const count = this.#counts.get(address) ?? 0;
    if (count >= (this.#options.limits?.().perAddress ?? Number.POSITIVE_INFINITY)) return false;
    this.#counts.set(address, count + 1);
    socket.once('close', () => {
      const left = (this.#counts.get(address) ?? 1) - 1;
      if (left > 0) this.#counts.set(address, left);
      else this.#counts.delete(address);
    });
    return true;
  }

  #refuse(socket: Socket, listener: WantedListener, over: 'perAddress' | 'total'): void {
    const text = listener.tls ? '' : (this.#options.refusal?.(over) ?? '');
    socket.end(text);
    socket.setTimeout(5000, () => socket.destroy());
  }
}

function keyOf({ host, port, tls }: WantedListener): string {
  return `${host} ${port}${tls ? ' tls' : ''}`;
}

async function bindShared(server: Server, listener: WantedListener): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (attempt === 1) await probe(listener);
    } catch (error) {
      if (!isInUse(error)) throw new ListenError(explain(listener, error));
      await refuseStrangers(listener);
    }
    try {
      return await bind(server, listener, true);
    } catch (error) {
      // Another replica may be probing at this moment.
      if (!isInUse(error) || attempt === BIND_ATTEMPTS) throw new ListenError(explain(listener, error));
    }
    await new Promise((resolve) => setTimeout(resolve, BIND_PAUSE_MS));
  }
}

async function probe(listener: WantedListener): Promise<void> {
  const server = createServer();
  await bind(server, listener, false);
  await new Promise((resolve) => server.close(resolve));
}

function bind(server: Server, { host, port }: WantedListener, reusePort: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, reusePort }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function refuseStrangers({ host, port }: WantedListener): Promise<void> {
  const own = programOf(process.argv);
  const uid = process.getuid?.() ?? 0;
  for (const holder of await portHolders(host, port)) {
    const isOurs =
      holder.pid === null ? holder.uid === uid : await isSibling(holder.pid, holder.command, own);
    if (isOurs) continue;
    const who =
      holder.pid === null ? `a process of user ${holder.uid}` : `"${holder.command}" (process ${holder.pid})`;
    throw new ListenError(`port ${port} on ${host} is held by ${who}: stop it or choose another port`);
  }
}

/** The same program of the same installation: two of them on one machine must not share a port. */
async function isSibling(pid: number, command: string, own: string): Promise<boolean> {
  if (pid === process.pid) return true;
  if (own === '' || !command.split(' ').includes(own)) return false;
  return (await installationOf(pid)) === (await installationOf(process.pid));
}

function programOf(argv: readonly string[]): string {
  return argv[1] ?? '';
}

function isInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

const REMEDIES: Record<string, string> = {
  EADDRINUSE: 'it is held by another process: stop it or choose another port',
  EACCES: 'this process may not use ports below 1024: choose a higher one or grant cap_net_bind_service',
  EADDRNOTAVAIL: 'this machine has no such address: correct the list of interfaces',
};

function explain({ host, port }: WantedListener, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return `port ${port} on ${host}: ${(code === undefined ? undefined : REMEDIES[code]) ?? message}`;
}

/**
 * The addresses to listen on for a list of addresses and interface names; empty is everything. Throws
 * `ListenError` for an interface that this machine lacks.
 */
export function listenHosts(interfaces: readonly string[]): string[] {
  const present = networkInterfaces();
  if (interfaces.length === 0) return [hasIpv6(present) ? '::' : '0.0.0.0'];
  const hosts = new Set<string>();
  for (const name of interfaces) {
    if (isIP(name) !== 0) {
      hosts.add(name);
      continue;
    }
    const addresses = present[name];
    if (addresses === undefined) {
      throw new ListenError(`this machine has no interface ${name}: correct the list of interfaces`);
    }
    for (const { address, scopeid } of addresses) hosts.add(scopeid ? `${address}%${name}` : address);
  }
  return [...hosts];
}

function hasIpv6(present: ReturnType<typeof networkInterfaces>): boolean {
  return Object.values(present).some((addresses) => addresses?.some(({ family }) => family === 'IPv6'));
}

/** A test for membership in a list of addresses and networks; IPv4-mapped addresses are IPv4. */
export function networkSet(list: readonly string[]): (address: string) => boolean {
  const set = new BlockList();
  for (const entry of list) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) set.addAddress(address, family);
    else set.addSubnet(address, Number(bits), family);
  }
  return (text) => {
    const address = plainAddress(text);
    const version = isIP(address);
    return version !== 0 && set.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/** An IPv4-mapped address as IPv4, without zone. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address.replace(/%.*$/, '');
}
