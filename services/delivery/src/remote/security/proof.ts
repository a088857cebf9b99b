// Whether a session that has been opened is secured as its protection demands, and in which words that is told.
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { daneFault } from './dane-match.ts';
import type { SecurityFault } from './fault.ts';
import type { Protection } from './protection.ts';

const MAX_CHAIN = 10;

export const noTls: SecurityFault = {
  result: 'starttls-not-supported',
  why: 'offers no encryption (STARTTLS)',
};

/** What is wrong with the certificates of the session; null: they are as demanded, or nothing is. */
export function certificateFault(
  socket: TLSSocket,
  protection: Protection,
  host: string,
  now = new Date(),
): SecurityFault | null {
  if (protection.kind === 'sts') return publicFault(socket, host);
  if (protection.kind !== 'dane') return null;
  return daneFault(chainOf(socket), protection.records, protection.names, now);
}

// RFC 8461 §4.2: a certificate of a public authority, in time, for the name of the host among its alternative names.
function publicFault(socket: TLSSocket, host: string): SecurityFault | null {
  const code = socket.authorized ? '' : String(socket.authorizationError);
  if (code.includes('ALTNAME') || (code === '' && !hasAlternativeName(socket)))
    return { result: 'certificate-host-mismatch', why: `is not for ${host}` };
  if (code === '') return null;
  if (code.includes('EXPIRED') || code.includes('NOT_YET_VALID'))
    return { result: 'certificate-expired', why: 'is not valid now' };
  return { result: 'certificate-not-trusted', why: `is of no authority that is known here (${code})` };
}

const hasAlternativeName = (socket: TLSSocket): boolean =>
  socket.getPeerX509Certificate()?.subjectAltName !== undefined;

/** What the server has shown, its own first. */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let shown: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (shown?.raw !== undefined && chain.length < MAX_CHAIN) {
    chain.push(new X509Certificate(shown.raw));
    // A certificate that signs itself is its own issuer.
    if (shown.issuerCertificate === shown) break;
    shown = shown.issuerCertificate;
  }
  return chain;
}

const PROTOCOL = /^TLSv([\d.]+)$/;

/** As the trace has it: `TLS 1.3, DANE`. */
export function describeSecurity(
  socket: TLSSocket | null,
  protection: Protection,
  isProven: boolean,
): string {
  if (socket === null) return 'no TLS';
  const version = PROTOCOL.exec(socket.getProtocol() ?? '')?.[1];
  const tls = version === undefined ? 'TLS' : `TLS ${version === '1' ? '1.0' : version}`;
  if (protection.kind === 'dane') return `${tls}, DANE`;
  if (protection.kind !== 'sts') return tls;
  if (!protection.isEnforced) return `${tls}, MTA-STS in testing mode${isProven ? '' : ': not fulfilled'}`;
  return `${tls}, MTA-STS`;
}
