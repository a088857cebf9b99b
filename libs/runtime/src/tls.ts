// TLS contexts that are replaced while connections go on: a new certificate or policy counts from the next
// handshake. SNI picks the certificate that names the host; otherwise the chosen one is shown.
import { getDiffieHellman, X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type SecureVersion,
} from 'node:tls';

export interface ServerCertificate {
  id: string;
  /** Leaf first. */
  chainPem: string;
  keyPem: string;
}

export interface TlsPolicy {
  certificateId: string | null;
  minTlsVersion: SecureVersion;
  dhBits: 1024 | 2048 | 3072 | 4096;
}

const MODERN_CIPHERS = 'ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:DHE+AES:RSA+AES:!aNULL:!eNULL:!MD5';
// RFC 2409 §6.2 and RFC 3526: the standard groups of these lengths.
const DH_GROUPS = { 1024: 'modp2', 2048: 'modp14', 3072: 'modp15', 4096: 'modp16' } as const;

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

// PKCS #3: DHParameter ::= SEQUENCE { prime INTEGER, base INTEGER }
function dhParameters(bits: TlsPolicy['dhBits']): string {
  const group = getDiffieHellman(DH_GROUPS[bits]);
  const body = Buffer.concat([derInteger(group.getPrime()), derInteger(group.getGenerator())]);
  const der = Buffer.concat([Buffer.from([0x30]), derLength(body.length), body]);
  return `-----BEGIN DH PARAMETERS-----\n${der.toString('base64')}\n-----END DH PARAMETERS-----\n`;
}

function derInteger(value: Buffer): Buffer {
  const positive = (value[0] as number) & 0x80 ? Buffer.concat([Buffer.from([0]), value]) : value;
  return Buffer.concat([Buffer.from([0x02]), derLength(positive.length), positive]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff]);
}
