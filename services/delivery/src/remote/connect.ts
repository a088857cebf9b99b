// An open session with one of a destination's hosts: hosts by preference, addresses of each, TLS by policy.
//
// What fails before a mail could be offered (connect, greeting, EHLO, STARTTLS) is followed by the next address;
// such a failure never bounces a mail by itself, except where the DNS says that there is nothing to connect to.
import { type Unfit, unfit } from '@pochtar/runtime';
import type { Tools } from '../tools.ts';
import { dial } from './dial.ts';
import { addressesOf, type AddressOrder, type HostList, hostsOf, type RouteFailure } from './mx.ts';
import { type Place, placesOf } from './places.ts';
import type { SecurityFault } from './security/fault.ts';
import { DomainSecurity, type Protection, type SecurityTools } from './security/protection.ts';
import { certificateFault, describeSecurity, noTls } from './security/proof.ts';
import type { SessionObserver } from './session-lines.ts';
import { SessionFailed, SmtpSession } from './smtp-session.ts';
import { type NamedServer, namedServer, noPassword, type PasswordTools, type Target } from './target.ts';
import { tlsPolicy, type TlsPolicy, type TlsTarget } from './tls-policy.ts';

export type Opened = { kind: 'session'; session: SmtpSession } | RouteFailure;

const CONNECT_MS = 20_000;
/** Addresses that are tried for one session; what would take longer waits for the next attempt. */
const MAX_ADDRESSES = 20;
const ALL_MS = 120_000;

export interface Connector
  extends Pick<Tools, 'resolver' | 'remotePort' | 'remoteNetworks' | 'log' | 'metrics'>,
    PasswordTools {
  settings: { current(section: 'general'): { heloName: string } };
  /** IPv4 first when nothing is said. */
  addressOrder?: AddressOrder;
  /** Ends every connection. */
  signal: AbortSignal;
  /** What other domains ask of who sends to them; a relay is our own setting. */
  security?: Omit<SecurityTools, 'resolver'>;
  /** Of a test of the settings. */
  observer?: ConnectObserver;
}

export interface ConnectObserver extends SessionObserver {
  connecting(place: Place, port: number): void;
  failed(place: Place, error: Error): void;
}

export async function openSession(tools: Connector, target: Target): Promise<Opened> {
  const { heloName } = tools.settings.current('general');
  const { server, port, listed } =
    target.kind === 'mx'
      ? {
          ...{ server: null, port: tools.remotePort(target.domain) },
          listed: await hostsOf(target.domain, tools.resolver, heloName),
        }
      : named(namedServer(tools, target));
  if (listed.kind !== 'hosts') return listed;
  const auth = await authOf(server);
  if (auth !== null && 'kind' in auth) return auth;
  const security = securityOf(tools, target, { isMxValidated: listed.isValidated, port });
  return tryHosts({ tools, target, server, port, auth, security }, listed.hosts);
}

function named(server: NamedServer): { server: NamedServer; port: number; listed: HostList } {
  const listed: HostList = { kind: 'hosts', hosts: [server.host], isValidated: false };
  return { server, port: server.port, listed };
}

/** What is the same for every place that is tried. */
interface Trying {
  tools: Connector;
  target: Target;
  /** null: hosts are found by MX. */
  server: NamedServer | null;
  port: number;
  auth: Credentials | null;
  security: DomainSecurity | null;
}

function securityOf(
  tools: Connector,
  target: Target,
  { isMxValidated, port }: { isMxValidated: boolean; port: number },
): DomainSecurity | null {
  if (target.kind !== 'mx' || tools.security === undefined) return null;
  const { resolver, signal, security } = tools;
  const { domain } = target;
  return new DomainSecurity({ ...security, resolver }, { domain, isMxValidated, port, signal });
}

type Credentials = { user: string; pass: string };

async function authOf(server: NamedServer | null): Promise<Credentials | RouteFailure | null> {
  if (server === null || server.username === '') return null;
  const pass = await server.password();
  return pass === null ? noPassword(server) : { user: server.username, pass };
}

async function tryHosts(trying: Trying, hosts: readonly string[]): Promise<Opened> {
  const { tools, target, security } = trying;
  const started = Date.now();
  let failure: RouteFailure | null = null;
  /** What only holds when there is no other place. */
  let last: RouteFailure | null = null;
  let tried = 0;
  for await (const place of placesOf(hosts, (host) =>
    addressesOf(host, tools.resolver, tools.addressOrder),
  )) {
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
    const protection = security === null ? UNPROTECTED : await security.of(place.host);
    const opened =
      protection.kind === 'barred' ? protection.failure : await openAt(trying, place, protection);
    if (opened.kind === 'session') return opened;
    failure = opened;
    if (tools.signal.aborted) return failure;
  }
  return failure ?? last ?? nowhere(trying);
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

function nowhere({ target, server }: Trying): RouteFailure {
  // RFC 3463 §3.2: bad destination system address. A server that we name ourselves waits to be put right.
  if (target.kind === 'mx') {
    return { kind: 'failed', status: '5.1.2', diagnostic: `there is no host for mail to ${target.domain}` };
  }
  return { kind: 'deferred', status: '4.4.4', diagnostic: server?.remedies.host ?? '' };
}

const UNPROTECTED: Protection = { kind: 'none' };

/** The session is not secured as the domain demands. */
class Unsecured extends Error {
  override name = 'Unsecured';
  readonly fault: SecurityFault;
  constructor(fault: SecurityFault) {
    super(fault.why);
    this.fault = fault;
  }
}

async function openAt(trying: Trying, place: Place, protection: Protection): Promise<Opened> {
  const { tools, auth } = trying;
  const policy = tlsPolicy(tlsTarget(trying, place, protection));
  try {
    return await attempt(trying, place, policy, protection);
  } catch (error) {
    // RFC 7435: opportunistic TLS that does not come about is followed by none, on a new connection. A password
    // does not go where TLS was offered and failed.
    const isTlsTrouble = error instanceof SessionFailed && error.isHandshake;
    if (!isTlsTrouble || policy.mode !== 'opportunistic' || auth !== null)
      return refused(trying, place, protection, error) ?? failed(tools, place, error);
    tools.log.info({ ...place, reason: error.message }, 'TLS failed, going on without');
  }
  try {
    return await attempt(trying, place, null, protection);
  } catch (error) {
    return failed(tools, place, error);
  }
}

function tlsTarget({ server }: Trying, { address }: Place, protection: Protection): TlsTarget {
  return server === null ? { kind: 'mx', protection } : { kind: 'named', ...server.tls, address };
}

async function attempt(
  { tools, port, auth, security }: Trying,
  { host, address }: Place,
  tls: TlsPolicy | null,
  protection: Protection,
): Promise<Opened> {
  const { observer, signal } = tools;
  observer?.connecting({ host, address }, port);
  const socket = await dial(address, port, CONNECT_MS, signal);
  const { heloName } = tools.settings.current('general');
  const session = await SmtpSession.open(socket, { host, heloName, tls, auth, signal, observer });
  const { tlsSocket } = session;
  const fault = tlsSocket === null ? noTls : certificateFault(tlsSocket, protection, host);
  // RFC 8461 §5, RFC 7672 §2.2: nothing is sent over a session that is not secured as the domain demands.
  if (fault !== null && tls?.strict !== undefined) {
    session.close();
    throw new Unsecured(fault);
  }
  const isNamed = protection.kind !== 'sts' || protection.isHostNamed;
  security?.note(host, protection, fault?.result ?? (isNamed ? 'success' : 'validation-failure'));
  session.security = describeSecurity(tlsSocket, protection, fault === null && isNamed);
  tools.metrics.sessions.add(1, { result: session.isSecure ? 'tls' : 'plain' });
  return { kind: 'session', session };
}

/** The failure of a session that was not secured as the domain demands, in words for its sender; null: it is another one. */
function refused(
  { tools, target, security }: Trying,
  { host, address }: Place,
  protection: Protection,
  error: unknown,
): RouteFailure | null {
  const isDemanded =
    protection.kind === 'dane' || protection.kind === 'encrypted' || protection.kind === 'sts';
  if (target.kind !== 'mx' || !isDemanded) return null;
  const fault = faultOf(error);
  if (fault === null) return null;
  security?.note(host, protection, fault.result);
  tools.metrics.sessions.add(1, { result: 'unsecured' });
  tools.log.info(
    { host, address, domain: target.domain, reason: fault.why },
    'no session that is secured as demanded',
  );
  const demand = protection.kind === 'sts' ? 'MTA-STS policy' : 'DNS (DANE)';
  const subject = fault === noTls || error instanceof SessionFailed ? host : `the certificate of ${host}`;
  return {
    kind: 'deferred',
    // RFC 5248 (RFC 3463 §3.8): 4.7.4, security features not supported; 4.7.5, cryptographic failure.
    status: fault.result === 'starttls-not-supported' ? '4.7.4' : '4.7.5',
    diagnostic: `${subject} ${fault.why}; the ${demand} of ${target.domain} forbids sending mail there like that`,
  };
}

function faultOf(error: unknown): SecurityFault | null {
  if (error instanceof Unsecured) return error.fault;
  if (!(error instanceof SessionFailed) || !error.isHandshake) return null;
  // The server has answered STARTTLS with a refusal, or has never offered it.
  if (error.reply !== null) return noTls;
  return { result: 'validation-failure', why: `does not come to an encrypted connection (${error.message})` };
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
