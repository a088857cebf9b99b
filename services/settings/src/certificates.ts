// The certificates of this installation: the authority and the server certificate made at first start, renewed
// before they end. Whatever changes a certificate also makes a new revision of both encryption sections, which
// is how the listeners learn of it.
import type { Queryable } from '@pochtar/store/db';
import {
  AUTHORITY_CERTIFICATE,
  GENERATED_CERTIFICATE,
  listCertificates,
  lockSections,
  readCertificate,
  saveCertificate,
  type StoredCertificate,
  type StoredSection,
  writeSection,
} from '@pochtar/store/settings';
import { createAuthority, createServerCertificate, factsOf } from './authority.ts';
import type { Context } from './context.ts';

const DAY_MS = 86_400_000;
const RENEW_SERVER_MS = 30 * DAY_MS;
/** An authority has to outlive what it signs. */
const RENEW_AUTHORITY_MS = 400 * DAY_MS;
const ALWAYS = ['localhost', '127.0.0.1', '::1'];

type CertificateContext = Pick<Context, 'db' | 'key' | 'announce' | 'hostName' | 'log'>;

/**
 * Makes what is missing and renews what ends soon or lacks the server's name. Any replica may call it at any
 * time: the lock of the settings lets one work. Answers the ids that were made.
 */
export async function ensureCertificates(context: CertificateContext, now = new Date()): Promise<string[]> {
  const { made, bumped } = await context.db.transaction(async (tx) => {
    const rows = await lockSections(tx);
    const ids = await makeMissing(tx, context, heloNameOf(rows), now);
    return { made: ids, bumped: ids.length === 0 ? [] : await bumpEncryption(tx, rows, 'certificates') };
  });
  if (made.length > 0) context.log.info({ certificates: made }, 'certificates made');
  await context.announce.settings(bumped);
  return made;
}

async function makeMissing(
  tx: Queryable,
  context: CertificateContext,
  heloName: string,
  now: Date,
): Promise<string[]> {
  const certificates = await listCertificates(tx);
  const made: string[] = [];
  const endsWithin = (certificate: StoredCertificate, ms: number) =>
    certificate.notAfter.getTime() - now.getTime() < ms;
  const authority = certificates.find((certificate) => certificate.id === AUTHORITY_CERTIFICATE);
  if (authority === undefined || endsWithin(authority, RENEW_AUTHORITY_MS)) {
    const issued = await createAuthority(`Pochtar ${heloName}`, now);
    const row = { id: AUTHORITY_CERTIFICATE, name: 'Pochtar CA', isCa: true, origin: 'generated' as const };
    await saveCertificate(tx, context.key, { ...row, ...issued });
    made.push(AUTHORITY_CERTIFICATE);
  }
  const generated = certificates.find((certificate) => certificate.id === GENERATED_CERTIFICATE);
  const isNamed = generated !== undefined && factsOf(generated.chainPem).hosts.includes(heloName);
  if (generated === undefined || !isNamed || endsWithin(generated, RENEW_SERVER_MS)) {
    const hosts = serverHosts(heloName, context.hostName);
    await issue(tx, context, { id: GENERATED_CERTIFICATE, name: 'Pochtar', hosts }, now);
    made.push(GENERATED_CERTIFICATE);
  }
  const own = (certificate: StoredCertificate) =>
    certificate.origin === 'generated' && !certificate.isCa && certificate.id !== GENERATED_CERTIFICATE;
  for (const { id, name, chainPem } of certificates.filter(
    (one) => own(one) && endsWithin(one, RENEW_SERVER_MS),
  )) {
    await issue(tx, context, { id, name, hosts: factsOf(chainPem).hosts }, now);
    made.push(id);
  }
  return made;
}

/** The names that a certificate of this server carries besides those asked for. */
export function serverHosts(...hosts: readonly string[]): string[] {
  const names = hosts
    .map((host) => host.trim().toLowerCase())
    .filter((host) => /^[a-z0-9.:_*-]+$/.test(host));
  return [...new Set([...names, ...ALWAYS])];
}

/** Signs a server certificate with the authority and stores it; the transaction is the caller's. */
export async function issue(
  tx: Queryable,
  context: Pick<Context, 'key'>,
  wanted: { id: string; name: string; hosts: readonly string[] },
  now: Date,
): Promise<void> {
  const authority = await readCertificate(tx, context.key, AUTHORITY_CERTIFICATE);
  if (authority === null) throw new Error('there is no authority to sign with');
  const issued = await createServerCertificate(authority, wanted.hosts, now);
  const { id, name } = wanted;
  await saveCertificate(tx, context.key, { id, name, origin: 'generated', ...issued });
}

/** A new revision of both encryption sections with the documents they have. */
export async function bumpEncryption(
  tx: Queryable,
  rows: ReadonlyMap<string, StoredSection>,
  author: string,
): Promise<{ name: string; revision: number }[]> {
  const bumped: { name: string; revision: number }[] = [];
  for (const section of ['smtpEncryption', 'accessEncryption'] as const) {
    const row = rows.get(section);
    if (row === undefined) continue;
    bumped.push({
      name: section,
      revision: await writeSection(tx, { section, document: row.document, author }),
    });
  }
  return bumped;
}

function heloNameOf(rows: ReadonlyMap<string, StoredSection>): string {
  const document: { heloName?: unknown } | undefined = rows.get('general')?.document;
  return typeof document?.heloName === 'string' ? document.heloName : 'localhost';
}
