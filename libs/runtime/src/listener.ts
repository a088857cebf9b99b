// Listening sockets that follow the settings while sessions go on: plain and implicit TLS, shared by replicas,
// behind a balancer with the PROXY protocol or not.
//
// - What is new is opened before what is old is closed; a connection once accepted is not touched any more.
//   What is not wanted any more is closed whatever else fails. Only what was to be put in its place, and can't be
//   opened, keeps it open until it can, so that a mistake locks nobody out.
// - Replicas share a port by SO_REUSEPORT. The kernel would share it with any program of this user that asks,
//   so a port is first bound without, and one that a stranger holds is an error that names him.
import { BlockList, createServer, isIP, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { AddressInfo } from 'node:net';
import { acceptTls } from './accept-tls.ts';
import { bindShared, explain, ListenError, noInterface } from './bind-port.ts';
import type { Words } from './health.ts';
import type { Logger } from './log.ts';
import { clientKey, KnownClients } from './client-key.ts';
import { readProxyHeader } from './proxy-protocol.ts';
import type { TlsContexts } from './tls.ts';

export interface WantedListener {
  /** An address of this machine; `::` is everything, IPv4 included. See `listenHosts`. */
  host: string;
  port: number;
  /** TLS from the first byte. */
  tls: boolean;
  /** What is spoken there. One of the same protocol can stand in for another. */
  protocol?: string;
  /** An interface that this machine lacks now: it can't be opened, and the others are. */
  isMissing?: boolean;
  /** What the settings call it; stands in front of what is wrong with it. */
  name?: Words;
}

export interface IncomingConnection {
  /** A TLSSocket, its handshake done, where the listener is implicit TLS. Errors are the receiver's from now on. */
  socket: Socket;
  /** IPv4-mapped addresses as IPv4. */
  clientAddress: string;
  clientPort: number;
  listener: WantedListener;
  /** Says that this is no stranger (a log-in): it leaves the share of strangers, and its address is let in before them. */
  known: () => void;
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
  /** Never a stranger (the white list). */
  isWelcome?: (clientAddress: string) => boolean;
  /** Not counted per address (many users behind one). */
  isExempt?: (clientAddress: string) => boolean;
  /** Strangers stand behind it (ADR 29): one who has logged in there vouches for no other. */
  isHidden?: (clientAddress: string) => boolean;
  /** Sent on a plain listener to a connection over a limit, before it is closed. */
  refusal?: (over: 'perAddress' | 'total') => string | Buffer;
  /** From these addresses a PROXY header is expected and believed. */
  isTrustedProxy?: (address: string) => boolean;
  /**
   * For a protocol in which the client speaks first: what comes from a trusted address without a header is meant
   * by that address itself, as of a browser on the balancer's machine.
   */
  isProxyHeaderOptional?: boolean;
}

/** Of the connections in all; the rest is for whoever has logged in, now or from the same address before. */
const STRANGERS_SHARE = 0.8;

export class Listeners implements AsyncDisposable {
  readonly #options: ListenersOptions;
  readonly #open = new Map<string, OpenListener>();
  /** By client key: one IPv6 /64 is one client. */
  readonly #counts = new Map<string, number>();
  readonly #knownClients = new KnownClients();
  #strangers = 0;
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
   * that names all that could not be opened; the others are open then, and only what they replace is not closed.
   */
  reconcile(wanted: readonly WantedListener[]): Promise<void> {
    const done = this.#turn.then(() => this.#reconcile(wanted));
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Where it listens; the port is the real one where 0 was wanted. */
  get addresses(): AddressInfo[] {
    return [...this.#open.values()].map(({ server }) => server.address() as AddressInfo);
  }

  /** Whether this process listens there, in whatever way. */
  isOpen({ host, port }: Pick<WantedListener, 'host' | 'port'>): boolean {
    return [...this.#open.values()].some(({ listener }) => listener.host === host && listener.port === port);
  }

  /** Connections that were accepted and have not ended. */
  get connections(): number {
    return this.#total;
  }

  /** Stops listening; connections that were handed over go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#turn;
    for (const { server } of this.#open.values()) server.close();
    this.#open.clear();
    for (const socket of this.#handshaking) socket.destroy();
  }

  async #reconcile(wanted: readonly WantedListener[]): Promise<void> {
    if (this.#stopped) return;
    const keys = new Set(wanted.map(keyOf));
    const faults: ListenError[] = [];
    const shut: WantedListener[] = [];
    for (const listener of wanted) {
      const known = this.#open.get(keyOf(listener));
      if (known !== undefined) {
        Object.assign(known, { listener, beside: keys });
        continue;
      }
      try {
        const server = await this.#listen(listener);
        this.#open.set(keyOf(listener), { listener, server, beside: keys });
        this.#options.log.info({ listener: keyOf(listener) }, 'listening');
      } catch (error) {
        const fault = error instanceof ListenError ? error : explain(listener, error);
        faults.push(listener.name === undefined ? fault : fault.of(listener.name));
        shut.push(listener);
      }
    }
    for (const [key, old] of this.#open) {
      if (keys.has(key) || shut.some((listener) => isSuccessor(listener, old))) continue;
      this.#open.delete(key);
      old.server.close();
      this.#options.log.info({ listener: key }, 'no longer listening');
    }
    if (faults.length > 0) throw allOf(faults);
  }

  async #listen(listener: WantedListener): Promise<Server> {
    if (listener.isMissing) {
      throw noInterface(listener);
    }
    if (listener.tls && !this.#options.tls?.available) {
      throw new ListenError(
        'noCertificate',
        `порт ${listener.port}: сертификат не загружен; выберите его в настройках`,
        `port ${listener.port}: no certificate is loaded; choose one in the settings`,
      );
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
    if (this.#options.isTrustedProxy?.(peer)) {
      const isOptional = this.#options.isProxyHeaderOptional === true;
      client = (await readProxyHeader(socket, { isOptional })) ?? client;
    }
    const clientAddress = plainAddress(client.address);
    if (!this.#count(socket, clientAddress)) return this.#refuse(socket, listener, 'perAddress');
    const known = this.#admit(socket, clientAddress);
    if (known === null) return this.#refuse(socket, listener, 'total');
    const { tls } = this.#options;
    const ready = listener.tls && tls ? await acceptTls(socket, tls) : socket;
    if (ready.destroyed) return;
    this.#options.onConnection({ socket: ready, clientAddress, clientPort: client.port, listener, known });
  }

  #count(socket: Socket, address: string): boolean {
    if (socket.destroyed || this.#options.isExempt?.(address)) return true;
    const key = clientKey(address);
    const count = this.#counts.get(key) ?? 0;
    if (count >= (this.#options.limits?.().perAddress ?? Number.POSITIVE_INFINITY)) return false;
    this.#counts.set(key, count + 1);
    socket.once('close', () => {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    });
    return true;
  }

  /**
   * Strangers may take their share and no more: the rest is kept for people with a log-in and welcome clients. Returns what
   * the session calls when it is no stranger any more; null when there is no room for one.
   */
  #admit(socket: Socket, address: string): (() => void) | null {
    const total = this.#options.limits?.().total ?? Number.POSITIVE_INFINITY;
    if (this.#options.isWelcome?.(address) || this.#isKnown(address)) {
      return () => this.#learn(address);
    }
    if (this.#strangers >= Math.max(1, Math.floor(total * STRANGERS_SHARE))) return null;
    this.#strangers++;
    let isStranger = true;
    const leave = (): void => {
      if (isStranger) this.#strangers--;
      isStranger = false;
    };
    socket.once('close', leave);
    return () => {
      this.#learn(address);
      leave();
    };
  }

  #learn(address: string): void {
    if (!this.#options.isHidden?.(address)) this.#knownClients.add(address);
  }

  #isKnown(address: string): boolean {
    return this.#knownClients.has(address) && !this.#options.isHidden?.(address);
  }

  #refuse(socket: Socket, listener: WantedListener, over: 'perAddress' | 'total'): void {
    const text = listener.tls ? '' : (this.#options.refusal?.(over) ?? '');
    socket.end(text);
    socket.setTimeout(5000, () => socket.destroy());
  }
}

interface OpenListener {
  listener: WantedListener;
  server: Server;
  /** All that was wanted when it was itself wanted last. */
  beside: ReadonlySet<string>;
}

/** Whether it may have been put in the old one's place. What was wanted beside it already was not. */
function isSuccessor(listener: WantedListener, old: OpenListener): boolean {
  const { protocol, tls } = old.listener;
  return listener.protocol === protocol && listener.tls === tls && !old.beside.has(keyOf(listener));
}

function keyOf({ host, port, tls }: WantedListener): string {
  return `${host} ${port}${tls ? ' tls' : ''}`;
}

function allOf(faults: readonly ListenError[]): ListenError {
  // One interface may be missing for several ports.
  const words = (language: keyof Words) => [...new Set(faults.map(({ text }) => text[language]))].join('; ');
  return new ListenError(faults[0]?.code ?? 'failed', words('ru'), words('en'));
}

/**
 * The addresses to listen on for a list of addresses and interface names; empty is everything. An interface that this
 * machine lacks (a VPN that comes up later) is marked: it is a fault of its own, and looked for again.
 */
export function listenHosts(interfaces: readonly string[]): Pick<WantedListener, 'host' | 'isMissing'>[] {
  const present = networkInterfaces();
  if (interfaces.length === 0) return [{ host: hasIpv6(present) ? '::' : '0.0.0.0' }];
  const hosts = new Set<string>();
  const missing: string[] = [];
  for (const name of interfaces) {
    const addresses = present[name];
    if (isIP(name) !== 0) hosts.add(name);
    else if (addresses === undefined) missing.push(name);
    else for (const { address, scopeid } of addresses) hosts.add(scopeid ? `${address}%${name}` : address);
  }
  return [...[...hosts].map((host) => ({ host })), ...missing.map((host) => ({ host, isMissing: true }))];
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
