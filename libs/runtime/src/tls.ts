// TLS contexts that are replaced while connections go on: a new certificate or policy counts from the next
// handshake. SNI picks the certificate that names the host: of several the chosen one, or the one that ends last. A client
// that names no host, or one that no certificate has, is shown the chosen one.
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

/** A certificate made ready: what costs some milliseconds of every process that shows it. */
interface Ready {
  context: SecureContext;
  options: SecureContextOptions;
  leaf: X509Certificate;
}

export class TlsContexts {
  /** By everything that they were made of. */
  #ready = new Map<string, Ready>();
  #shown: SecureContext | null = null;
  #options: SecureContextOptions | null = null;
  #byName = new Map<string, SecureContext>();

  /**
   * Replaces everything; a certificate that stays as it was stays ready. Throws, leaving all as it was, when the certificate
   * to show does not match its key. Another one that can't be used is left out; their ids are answered.
   */
  replace(certificates: ServerCertificate[], policy: TlsPolicy): string[] {
    const shown = certificates.find(({ id }) => id === policy.certificateId) ?? certificates[0];
    const broken: string[] = [];
    const named = new Map<string, { context: SecureContext; rank: number }>();
    const ready = new Map<string, Ready>();
    let showing: Ready | null = null;
    for (const certificate of certificates) {
      try {
        const { chainPem, keyPem } = certificate;
        const made = JSON.stringify([chainPem, keyPem, policy.minTlsVersion, policy.dhBits]);
        const one = this.#ready.get(made) ?? makeReady(certificate, policy);
        ready.set(made, one);
        if (certificate === shown) showing = one;
        const { context, leaf } = one;
        const rank =
          certificate.id === policy.certificateId ? Number.POSITIVE_INFINITY : Date.parse(leaf.validTo);
        for (const name of namesOf(leaf)) {
          if (rank > (named.get(name)?.rank ?? Number.NEGATIVE_INFINITY)) named.set(name, { context, rank });
        }
      } catch (error) {
        if (certificate === shown) throw error;
        broken.push(certificate.id);
      }
    }
    this.#ready = ready;
    this.#shown = showing?.context ?? null;
    this.#options = showing?.options ?? null;
    this.#byName = new Map([...named].map(([name, { context }]) => [name, context]));
    return broken;
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

function makeReady(certificate: ServerCertificate, policy: TlsPolicy): Ready {
  const options = contextOptions(certificate, policy);
  return { options, context: createSecureContext(options), leaf: new X509Certificate(certificate.chainPem) };
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
    // No client is asked for a certificate. Left out, Node reads every authority it knows and those that
    // NODE_EXTRA_CA_CERTS names: 16 MiB of a process.
    ca: [],
  };
}

function namesOf(leaf: X509Certificate): string[] {
  const names = leaf.subjectAltName ?? '';
  return [...names.matchAll(/DNS:([^,\s]+)/g)].map((match) => (match[1] as string).toLowerCase());
}
