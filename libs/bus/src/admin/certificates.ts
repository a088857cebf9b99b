// Questions about the certificates; the settings process answers.
import { z } from 'zod';
import { changesAll, looksAtAll } from './access.ts';
import { problem } from './problem.ts';
import { adminQuestion } from './question.ts';

const facts = {
  subject: z.string(),
  issuer: z.string(),
  hosts: z.array(z.string()),
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
  fingerprint: z.string(),
  /** `RSA 2048`, `EC prime256v1` */
  keyType: z.string(),
  /** notice, warning, critical: it ends within 30, 14, 3 days. */
  state: z.enum(['notYet', 'valid', 'notice', 'warning', 'critical', 'expired']),
  /** Whole days until it ends; negative afterwards. */
  daysLeft: z.int(),
};

const certificate = z.object({
  id: z.string(),
  name: z.string(),
  origin: z.enum(['generated', 'imported']),
  isCa: z.boolean(),
  ...facts,
  /** The sections that show it where a client names no host, or one that no certificate has. */
  usedBy: z.array(z.string()),
});
export type CertificateInfo = z.infer<typeof certificate>;

/** PEM in any order, DER or PKCS#12, as they lie on a disk; at most 300 kB together. */
const files = z
  .array(z.object({ name: z.string().max(255).default(''), data: z.base64().min(1).max(400_000) }))
  .min(1)
  .max(20)
  .refine((all) => all.reduce((sum, { data }) => sum + data.length, 0) <= 400_000, 'more than 300 kB');

const upload = {
  /** The same id replaces a certificate. */
  id: z.string().max(64).optional(),
  files,
  /** Of an encrypted key or a PKCS#12 file. */
  password: z.string().max(1000).optional(),
};

const inspected = z.object({
  /** What the server's certificate says; null when there is none. */
  certificate: z.object(facts).nullable(),
  /** What clients would get: the server's first. */
  chain: z.array(z.object({ subject: z.string(), issuer: z.string(), notAfter: z.iso.datetime() })),
  /** Who stands behind the chain: an authority that systems know, one that was handed in, itself, or nobody known. */
  authority: z.enum(['public', 'given', 'itself', 'unknown']),
  /** null: there is no key. */
  keyFits: z.boolean().nullable(),
  /** general.heloName, by which this server is known, and whether the certificate has it. */
  heloName: z.string(),
  coversHeloName: z.boolean(),
  /** The certificate that would be replaced. */
  replaces: certificate.nullable(),
  /** What keeps it from being stored. */
  problems: z.array(problem),
  /** What was put right, and what else there is to know. */
  cautions: z.array(problem),
});
export type InspectedCertificate = z.infer<typeof inspected>;

export const adminCertificate = {
  list: adminQuestion(
    'settings',
    'certificate.list',
    'the certificates of the store, without keys',
    z.object({ after: z.string().max(100).optional() }),
    z.object({ certificates: z.array(certificate), next: z.string().nullable().default(null) }),
    looksAtAll,
  ),
  inspect: adminQuestion(
    'settings',
    'certificate.inspect',
    'shows what files with a certificate and its key have in them, and stores nothing',
    z.object(upload),
    inspected,
    looksAtAll,
  ),
  import: adminQuestion(
    'settings',
    'certificate.import',
    'stores a certificate with its chain and key; the same id replaces one',
    z.object({ ...upload, name: z.string().min(1).max(200).optional() }),
    z.object({ certificate, cautions: z.array(problem) }),
    changesAll(({ name, id }) => name ?? id ?? '', ['id']),
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
