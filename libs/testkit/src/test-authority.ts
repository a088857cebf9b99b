// An authority that signs certificates for tests, with whatever names and dates they need. ECDSA, since it is quick.
// oxlint-disable-next-line import/no-unassigned-import -- the certificate library needs this polyfill loaded before it
import 'reflect-metadata';
import { randomBytes, type webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface TestCertificate {
  /** Its own, and that of the authority. */
  cert: string;
  key: string;
  certificate: X509Certificate;
}

export interface TestAuthority {
  pem: string;
  certificate: X509Certificate;
  /** `days` that it is still valid: below 0 it has expired. */
  issue(names: readonly string[], days?: number): Promise<TestCertificate>;
}

export async function createTestAuthority(name = 'Test authority'): Promise<TestAuthority> {
  const keys = await makeKeys();
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    ...period(365),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pem = own.toString('pem');
  return {
    pem,
    certificate: new X509Certificate(pem),
    issue: async (names, days = 90) => {
      const { publicKey, privateKey } = await makeKeys();
      const made = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: [{ CN: [names[0] ?? 'nobody'] }],
        issuer: own.subjectName,
        ...period(days),
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
          await x509.AuthorityKeyIdentifierExtension.create(own.publicKey),
        ],
      });
      const cert = made.toString('pem');
      return {
        cert: `${cert}\n${pem}\n`,
        key: await keyOf(privateKey),
        certificate: new X509Certificate(cert),
      };
    },
  };
}

const makeKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

/** A positive number, so that it needs no octet for its sign. */
const serialNumber = (): string => `01${randomBytes(15).toString('hex')}`;

function period(days: number): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(Date.now() + days * DAY_MS);
  return { notBefore: new Date(Math.min(Date.now(), notAfter.getTime()) - DAY_MS), notAfter };
}

async function keyOf(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}
