// Questions about the certificates; the settings process answers.
import { z } from 'zod';
import { changesAll, looksAtAll } from './access.ts';
import { adminQuestion } from './question.ts';

const certificate = z.object({
  id: z.string(),
  name: z.string(),
  origin: z.enum(['generated', 'imported']),
  isCa: z.boolean(),
  subject: z.string(),
  issuer: z.string(),
  hosts: z.array(z.string()),
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
  fingerprint: z.string(),
});
export type CertificateInfo = z.infer<typeof certificate>;

const pem = z.string().min(1).max(100_000);

export const adminCertificate = {
  list: adminQuestion(
    'settings',
    'certificate.list',
    'the certificates of the store, without keys',
    z.object({}),
    z.object({ certificates: z.array(certificate) }),
    looksAtAll,
  ),
  import: adminQuestion(
    'settings',
    'certificate.import',
    'stores a certificate chain (leaf first) with its key; the same id replaces one',
    z.object({
      id: z.string().max(64).optional(),
      name: z.string().min(1).max(200),
      chainPem: pem,
      keyPem: pem,
    }),
    z.object({ certificate }),
    changesAll(({ name }) => name, ['id']),
  ),
  generate: adminQuestion(
    'settings',
    'certificate.generate',
    'makes a server certificate that our own authority signs',
    z.object({
      name: z.string().min(1).max(200).optional(),
      hosts: z.array(z.string().min(1).max(253)).max(50).default([]),
    }),
    z.object({ certificate }),
    changesAll(({ name }) => name ?? '', ['hosts']),
  ),
  delete: adminQuestion(
    'settings',
    'certificate.delete',
    'removes a certificate that no section uses',
    z.object({ id: z.string().min(1).max(64) }),
    z.object({}),
    changesAll(({ id }) => id),
  ),
  ca: adminQuestion(
    'settings',
    'certificate.ca',
    'the certificate of our own authority, for clients to trust',
    z.object({}),
    z.object({ certificate, pem: z.string() }),
    looksAtAll,
  ),
};
