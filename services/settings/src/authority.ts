// Certificates of our own: the authority and the server certificates it signs, and what there is to say of any
// certificate. RSA, because only with it the DH groups of the settings and very old clients can be served.
// oxlint-disable-next-line import/no-unassigned-import -- the certificate library needs this polyfill loaded before it
import 'reflect-metadata';
import { createPrivateKey, type KeyObject, randomBytes, type webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { InspectedCertificate } from '@pochtar/bus';

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
// CA/Browser Forum and clients: at most 398 days for a server certificate.
const SERVER_DAYS = 397;
/** Clocks of clients may be behind. */
const BACKDATED_MS = DAY_MS;

export interface IssuedCertificate {
  /** Leaf first. */
  chainPem: string;
  keyPem: string;
  notAfter: Date;
}

/** A new authority, which may sign server certificates and no other authorities. */
export async function createAuthority(name: string, now: Date): Promise<IssuedCertificate> {
  const keys = await generateKeys();
  const notAfter = wholeSeconds(now.getTime() + AUTHORITY_DAYS * DAY_MS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    notBefore: new Date(now.getTime() - BACKDATED_MS),
    notAfter,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { chainPem: `${certificate.toString('pem')}\n`, keyPem: await exportKey(keys.privateKey), notAfter };
}

/** A server certificate for `hosts` (names and addresses), with the authority's behind it. */
export async function createServerCertificate(
  authority: { chainPem: string; keyPem: string },
  hosts: readonly string[],
  now: Date,
): Promise<IssuedCertificate> {
  const issuer = new x509.X509Certificate(authority.chainPem);
  const signingKey = await importKey(authority.keyPem);
  const keys = await generateKeys();
  const end = Math.min(now.getTime() + SERVER_DAYS * DAY_MS, issuer.notAfter.getTime());
  const notAfter = wholeSeconds(end);
  const names = hosts.map((host) => ({ type: isIP(host) ? ('ip' as const) : ('dns' as const), value: host }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [(hosts.find((host) => !isIP(host)) ?? 'server').slice(0, 64)] }],
    issuer: issuer.subjectName,
    notBefore: new Date(now.getTime() - BACKDATED_MS),
    notAfter,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  const chainPem = `${certificate.toString('pem')}\n${authority.chainPem.trim()}\n`;
  return { chainPem, keyPem: await exportKey(keys.privateKey), notAfter };
}

// RFC 5280 §4.1.2.5.1: times have no fractions of a second.
function wholeSeconds(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), ALGORITHM, false, ['sign']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  const object = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return object.export({ type: 'pkcs8', format: 'pem' }).toString();
}

// RFC 5280 §4.1.2.2: a positive integer of at most 20 octets; 64 random bits at least make it unguessable.
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

export type CertificateFacts = NonNullable<InspectedCertificate['certificate']>;

/** What the first certificate of a chain says. */
export function factsOf(chainPem: string, now = new Date()): CertificateFacts {
  return certificateFacts(new X509Certificate(chainPem), now);
}

export function certificateFacts(leaf: X509Certificate, now: Date): CertificateFacts {
  const [notBefore, notAfter] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  return {
    subject: leaf.subject.replaceAll('\n', ', '),
    issuer: leaf.issuer.replaceAll('\n', ', '),
    hosts: hostsOf(leaf),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    fingerprint: leaf.fingerprint256,
    keyType: keyTypeOf(leaf.publicKey),
    state: stateOf(notBefore, notAfter, now),
    daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS),
  };
}

/** It ends within so many days. */
const ENDING = [
  [3, 'critical'],
  [14, 'warning'],
  [30, 'notice'],
] as const;

function stateOf(notBefore: Date, notAfter: Date, now: Date): CertificateFacts['state'] {
  if (notAfter <= now) return 'expired';
  if (notBefore > now) return 'notYet';
  const left = notAfter.getTime() - now.getTime();
  return ENDING.find(([days]) => left < days * DAY_MS)?.[1] ?? 'valid';
}

function keyTypeOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  const size = details?.modulusLength ?? details?.namedCurve ?? '';
  return `${type?.toUpperCase() ?? ''} ${size}`.trim();
}

function hostsOf(leaf: X509Certificate): string[] {
  const names = leaf.subjectAltName ?? '';
  return [...names.matchAll(/(?:DNS|IP Address):([^,\s"]+)/g)].map((match) =>
    shortAddress(match[1] as string),
  );
}

// Node writes IPv6 addresses in full; a URL knows the short form.
function shortAddress(host: string): string {
  return isIP(host) === 6 ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host.toLowerCase();
}
