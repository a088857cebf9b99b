// How a connection to a far side is secured. Pure, and the one place that decides it: DANE (RFC 7672) and MTA-STS
// (RFC 8461) add their findings to `TlsTarget` and turn 'opportunistic' into 'required' here.
//
// Between servers TLS is opportunistic (RFC 7435): used when offered, certificates not asked for, and a handshake
// that fails is followed by a connection without. A password is another matter: it goes only over TLS with a
// certificate that names the relay (more authorities: NODE_EXTRA_CA_CERTS), or to a private address.
import { isIP } from 'node:net';

export type TlsTarget =
  | { kind: 'mx' }
  | { kind: 'relay'; smtps: boolean; authEnabled: boolean; address: string };

export interface TlsPolicy {
  /** implicit: TLS first. required: STARTTLS or nothing. opportunistic: STARTTLS where it works. */
  mode: 'implicit' | 'required' | 'opportunistic';
  isCertificateVerified: boolean;
}

export function tlsPolicy(target: TlsTarget): TlsPolicy {
  if (target.kind === 'mx') return { mode: 'opportunistic', isCertificateVerified: false };
  const isPrivate = isPrivateAddress(target.address);
  // A relay in one's own network has the certificate it has.
  if (target.smtps) return { mode: 'implicit', isCertificateVerified: !isPrivate };
  if (target.authEnabled && !isPrivate) return { mode: 'required', isCertificateVerified: true };
  return { mode: 'opportunistic', isCertificateVerified: false };
}

// RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.3 and §2.5.6, RFC 1122 §3.2.1.3.
const PRIVATE =
  /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i;

export function isPrivateAddress(address: string): boolean {
  return isIP(address) !== 0 && PRIVATE.test(address.replace(/^::ffff:/i, ''));
}
