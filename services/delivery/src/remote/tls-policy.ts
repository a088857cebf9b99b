// How a connection to a far side is secured. Pure, and the one place that decides it. What DANE (RFC 7672) and MTA-STS
// (RFC 8461) demand for a host is found out before (security/protection.ts), and whether the session fulfils it is looked
// at when it is encrypted (security/proof.ts).
//
// Between servers TLS is opportunistic (RFC 7435): used when offered, certificates not asked for, and a handshake
// that fails is followed by a connection without. A password is another matter: it goes only over TLS with a
// certificate that names the server (more authorities: NODE_EXTRA_CA_CERTS), or to a private address.
import { isIP } from 'node:net';
import type { Protection } from './security/protection.ts';

export type TlsTarget = { kind: 'mx'; protection: Protection } | ({ kind: 'named' } & NamedTls);

/** Of a server that our own settings name. */
export interface NamedTls {
  mode: 'opportunistic' | 'starttls' | 'smtps';
  /** Its certificate has to name it: never, where its address is a public one, or always. */
  verified: 'never' | 'publicly' | 'always';
  hasLogIn: boolean;
  address: string;
}

export interface TlsPolicy {
  /** implicit: TLS first. required: STARTTLS or nothing. opportunistic: STARTTLS where it works. */
  mode: 'implicit' | 'required' | 'opportunistic';
  isCertificateVerified: boolean;
  /** Of TLS that is demanded: no old versions, and the server is asked for the certificate of this name (SNI). */
  strict?: { name: string | null };
}

export function tlsPolicy(target: TlsTarget): TlsPolicy {
  if (target.kind === 'mx') return mxPolicy(target.protection);
  const isPublic = !isPrivateAddress(target.address);
  const isPasswordAtRisk = target.hasLogIn && isPublic;
  const isCertificateVerified =
    isPasswordAtRisk || target.verified === 'always' || (target.verified === 'publicly' && isPublic);
  if (target.mode === 'smtps') return { mode: 'implicit', isCertificateVerified };
  if (target.mode === 'starttls' || isPasswordAtRisk) return { mode: 'required', isCertificateVerified };
  return { mode: 'opportunistic', isCertificateVerified: false };
}

function mxPolicy(protection: Protection): TlsPolicy {
  const required = { mode: 'required', isCertificateVerified: false } as const;
  switch (protection.kind) {
    // RFC 7672 §2.2, §3.2: no mail without TLS; the name that the records stand below is the one that is asked for.
    case 'dane':
      return { ...required, strict: { name: protection.base } };
    case 'encrypted':
      return { ...required, strict: { name: null } };
    case 'sts':
      // RFC 8461 §4.2: at least TLS 1.2. §5: what a policy in testing mode forbids is only told.
      if (protection.isEnforced) return { ...required, strict: { name: null } };
      return { mode: 'opportunistic', isCertificateVerified: false };
    case 'none':
    case 'barred':
      return { mode: 'opportunistic', isCertificateVerified: false };
  }
}

// RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.3 and §2.5.6, RFC 1122 §3.2.1.3.
const PRIVATE =
  /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i;

export function isPrivateAddress(address: string): boolean {
  return isIP(address) !== 0 && PRIVATE.test(address.replace(/^::ffff:/i, ''));
}
