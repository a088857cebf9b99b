// An open session with one of a destination's hosts: hosts by preference, addresses of each, TLS by policy.
//
// What fails before a mail could be offered (connect, greeting, EHLO, STARTTLS) is followed by the next address;
// such a failure never bounces a mail by itself, except where the DNS says that there is nothing to connect to.
import type { RelaySettings } from '@pochtar/settings';
import type { Tools } from '../tools.ts';
import { dial } from './dial.ts';
import { addressesOf, hostsOf, type RouteFailure } from './mx.ts';
import { type Place, placesOf } from './places.ts';
import { type Unfit, unfit } from './reachable.ts';
import type { SessionObserver } from './session-lines.ts';
import { SessionFailed, SmtpSession } from './smtp-session.ts';
import { tlsPolicy, type TlsPolicy, type TlsTarget } from './tls-policy.ts';

export type Target = { kind: 'mx'; domain: string } | { kind: 'relay'; relay: RelaySettings };

export type Opened = { kind: 'session'; session: SmtpSession } | RouteFailure;

const CONNECT_MS = 20_000;
/** Addresses that are tried for one session; what would take longer waits for the next attempt. */
const MAX_ADDRESSES = 20;
const ALL_MS = 120_000;

export interface Connector
  extends Pick<Tools, 'resolver' | 'remotePort' | 'remoteNetworks' | 'relayPassword' | 'log' | 'metrics'> {
  settings: { current(section: 'general'): { heloName: string } };
  /** Ends every connection. */
  signal: AbortSignal;
  /** Of a test of the settings. */
  observer?: ConnectObserver;
}

export interface ConnectObserver extends SessionObserver {
  connecting(place: Place, port: number): void;
  failed(place: Place, error: Error): void;
}

export async function openSession(tools: Connector, target: Target): Promise<Opened> {
  const { heloName } = tools.settings.current('general');
  const listed =
    target.kind === 'relay'
      ? { kind: 'hosts' as const, hosts: [target.relay.host] }
      : await hostsOf(target.domain, tools.resolver, heloName);
  if (listed.kind !== 'hosts') return listed;
  const auth = await authOf(tools, target);
  if (auth !== null && 'kind' in auth) return auth;
  return tryHosts(tools, target, listed.hosts, auth);
}

type Credentials = { user: string; pass: string };

async function authOf(tools: Connector, target: Target): Promise<Credentials | RouteFailure | null> {
  if (target.kind === 'mx' || !target.relay.authEnabled) return null;
  const pass = await tools.relayPassword();
  if (pass !== null) return { user: target.relay.username, pass };
  // RFC 4954 §6 (RFC 3463): our own configuration is wrong; the mail waits until it is put right.
  return {
    kind: 'deferred',
    status: '4.7.0',
    diagnostic: 'no password is set for the relay: set relay.password',
  };
}

async function tryHosts(
  tools: Connector,
  target: Target,
  hosts: readonly string[],
  auth: Credentials | null,
): Promise<Opened> {
  const started = Date.now();
  let failure: RouteFailure | null = null;
  /** What only holds when there is no other place. */
  let last: RouteFailure | null = null;
  let tried = 0;
  for await (const place of placesOf(hosts, (host) => addressesOf(host, tools.resolver))) {
    if ('kind' in place) {
      failure ??= place;
      continue;
    }
    const reason = target.kind === 'mx' ? unfit(place.address, tools.remoteNetworks) : null;
    if (reason !== null) {
      last ??= unfitPlace(place, reason);
      continue;
    }
    if (tried++ >= MAX_ADDRESSES || Date.now() - started > ALL_MS) break;
    const opened = await openAt(tools, target, place, auth);
    if (opened.kind === 'session') return opened;
    failure = opened;
    if (tools.signal.aborted) return failure;
  }
  return failure ?? last ?? nowhere(target);
}

function unfitPlace({ host, address }: Place, reason: Unfit): RouteFailure {
  const where = host === address ? `[${address}]` : `${host} [${address}]`;
  // RFC 3463 §3.5: 5.4.6, routing loop; 5.4.4, unable to route.
  if (reason === 'own')
    return {
      kind: 'failed',
      status: '5.4.6',
      diagnostic: `${where} is this server, which does not serve the domain`,
    };
  const diagnostic = `${where} is not an address of the public internet: mail is not sent there`;
  return { kind: 'failed', status: '5.4.4', diagnostic };
}

function nowhere(target: Target): RouteFailure {
  // RFC 3463 §3.2: bad destination system address. A relay is our own setting: it waits to be put right.
  if (target.kind === 'mx') {
    return { kind: 'failed', status: '5.1.2', diagnostic: `there is no host for mail to ${target.domain}` };
  }
  return {
    kind: 'deferred',
    status: '4.4.4',
    diagnostic: `the relay ${target.relay.host} has no address: correct relay.host`,
  };
}

async function openAt(
  tools: Connector,
  target: Target,
  place: Place,
  auth: Credentials | null,
): Promise<Opened> {
  const policy = tlsPolicy(tlsTarget(target, place));
  try {
    return await attempt(tools, target, place, policy, auth);
  } catch (error) {
    // RFC 7435: opportunistic TLS that does not come about is followed by none, on a new connection. A password
    // does not go where TLS was offered and failed.
    const isTlsTrouble = error instanceof SessionFailed && error.isHandshake;
    if (!isTlsTrouble || policy.mode !== 'opportunistic' || auth !== null) return failed(tools, place, error);
    tools.log.info({ ...place, reason: error.message }, 'TLS failed, going on without');
  }
  try {
    return await attempt(tools, target, place, null, null);
  } catch (error) {
    return failed(tools, place, error);
  }
}

function tlsTarget(target: Target, { address }: Place): TlsTarget {
  if (target.kind === 'mx') return { kind: 'mx' };
  const { smtps, authEnabled } = target.relay;
  return { kind: 'relay', smtps, authEnabled, address };
}

async function attempt(
  tools: Connector,
  target: Target,
  { host, address }: Place,
  tls: TlsPolicy | null,
  auth: Credentials | null,
): Promise<Opened> {
  const port = target.kind === 'relay' ? target.relay.port : tools.remotePort(target.domain);
  const { observer, signal } = tools;
  observer?.connecting({ host, address }, port);
  const socket = await dial(address, port, CONNECT_MS, signal);
  const { heloName } = tools.settings.current('general');
  const session = await SmtpSession.open(socket, { host, heloName, tls, auth, signal, observer });
  tools.metrics.sessions.add(1, { result: session.isSecure ? 'tls' : 'plain' });
  return { kind: 'session', session };
}

function failed(tools: Connector, { host, address }: Place, error: unknown): RouteFailure {
  const { message } = error as Error;
  tools.observer?.failed({ host, address }, error as Error);
  tools.metrics.sessions.add(1, { result: 'failed' });
  tools.log.info({ host, address, reason: message }, 'no session');
  const reply = error instanceof SessionFailed ? error.reply : null;
  if (reply !== null) {
    // Whatever a host says before it has heard of a mail is about the host.
    const isOurs = error instanceof SessionFailed && error.isAuthentication;
    const status = isOurs ? '4.7.8' : '4.4.0';
    return { kind: 'deferred', status, diagnostic: reply.text, remoteMta: host };
  }
  // RFC 3463 §3.5: no answer from host.
  return { kind: 'deferred', status: '4.4.1', diagnostic: `connection to ${host} [${address}]: ${message}` };
}
