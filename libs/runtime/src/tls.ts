// TLS contexts that are replaced while connections go on: a new certificate or policy counts from the next
// handshake. SNI picks the certificate that names the host; otherwise the chosen one is shown.
import { X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type SecureVersion,
} from 'node:tls';
import { type DhBits, dhParameters } from './dh-groups.ts';

export interface ServerCertificate {
  id: string;
  /** Leaf first. */
  chainPem: string;
  keyPem: string;
}

export interface TlsPolicy {
  certificateId: string | null;
  minTlsVersion: SecureVersion;
  dhBits: DhBits;
}

const MODERN_CIPHERS = 'ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:DHE+AES:RSA+AES:!aNULL:!eNULL:!MD5';

export class TlsContexts {
  #shown: SecureContext | null = null;
  #options: SecureContextOptions | null = null;
  #byName = new Map<string, SecureContext>();

  /** Replaces everything. Throws, leaving all as it was, when a certificate does not match its key. */
  replace(certificates: ServerCertificate[], policy: TlsPolicy): void {
    const byName = new Map<string, SecureContext>();
    let shown: { context: SecureContext; options: SecureContextOptions } | null = null;
    for (const certificate of certificates) {
      const options = contextOptions(certificate, policy);
      const context = createSecureContext(options);
      for (const name of namesOf(certificate)) byName.set(name, context);
      if (shown === null || certificate.id === policy.certificateId) shown = { context, options };
    }
    this.#shown = shown?.context ?? null;
    this.#options = shown?.options ?? null;
    this.#byName = byName;
  }

  /** Whether there is a certificate to show at all. */
  get available(): boolean {
    return this.#shown !== null;
  }

  /** For servers that want plain options (smtp-server); pair it with `sni`. */
  get options(): SecureContextOptions {
    if (this.#options === null) throw new Error('no certificate is loaded');
    return this.#options;
  }

  get secureContext(): SecureContext {
    if (this.#shown === null) throw new Error('no certificate is loaded');
    return this.#shown;
  }

  // RFC 6066 §3: the server name extension; wildcards cover one label (RFC 6125 §6.4.3).
  readonly sni = (name: string, done: (error: Error | null, context?: SecureContext) => void): void => {
    const host = name.toLowerCase();
    const context = this.#byName.get(host) ?? this.#byName.get(host.replace(/^[^.]+/, '*')) ?? this.#shown;
    if (context) done(null, context);
    else done(new Error('no certificate is loaded'));
  };
}

function contextOptions(certificate: ServerCertificate, policy: TlsPolicy): SecureContextOptions {
  const isOld = policy.minTlsVersion === 'TLSv1' || policy.minTlsVersion === 'TLSv1.1';
  const isWeak = isOld || policy.dhBits === 1024;
  return {
    cert: certificate.chainPem,
    key: certificate.keyPem,
    minVersion: policy.minTlsVersion,
    // OpenSSL 3 refuses SHA-1 signatures of TLS 1.0/1.1 and short groups above security level 0.
    ciphers: isWeak ? `${MODERN_CIPHERS}:@SECLEVEL=0` : MODERN_CIPHERS,
    honorCipherOrder: true,
    dhparam: dhParameters(policy.dhBits),
  };
}

function namesOf(certificate: ServerCertificate): string[] {
  const names = new X509Certificate(certificate.chainPem).subjectAltName ?? '';
  return [...names.matchAll(/DNS:([^,\s]+)/g)].map((match) => (match[1] as string).toLowerCase());
}
