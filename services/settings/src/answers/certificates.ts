// admin.certificate.*: list, inspect, import, generate, delete, ca.
import { randomUUID } from 'node:crypto';
import {
  adminCertificate,
  type AdminProblem,
  type AdminReply,
  answerAdmin,
  type CertificateInfo,
  done,
  type InspectedCertificate,
  pageAfter,
  refused,
} from '@pochtar/bus';
import { domainName, ipAddress } from '@pochtar/settings';
import {
  AUTHORITY_CERTIFICATE,
  deleteCertificate,
  GENERATED_CERTIFICATE,
  listCertificates,
  lockSections,
  readSections,
  saveCertificate,
  type StoredCertificate,
  type StoredSection,
} from '@pochtar/store/settings';
import { notFound } from '../addresses.ts';
import { factsOf } from '../authority.ts';
import type { CertificateFile } from '../certificate-files.ts';
import { bumpEncryption, issue, serverHosts } from '../certificates.ts';
import type { Context, Refusal } from '../context.ts';
import { type Inspected, inspectCertificate } from '../inspect-certificate.ts';
import { refusalOf } from '../settings-errors.ts';
import { storedSettings } from '../stored-settings.ts';

const ENCRYPTION = ['smtpEncryption', 'accessEncryption'];

export function answerCertificates(context: Context): { stop(): Promise<void> }[] {
  return [
    answerAdmin(context, adminCertificate.list, async ({ after }) => {
      const { rows, next } = pageAfter(await certificateInfos(context), ({ id }) => id, after);
      return done({ certificates: rows, next });
    }),
    answerAdmin(context, adminCertificate.inspect, async ({ files, password, id }) => {
      const inspected = await inspect(context, files, password);
      const found = publicPart(inspected);
      const replaces = id === undefined ? null : await find(context, id);
      const problems = id !== undefined && isReserved(id) ? [wrongId(id).error] : [];
      return done({ ...found, replaces, problems: [...problems, ...found.problems] });
    }),
    answerAdmin(context, adminCertificate.import, async (request, asker) =>
      importOne(context, request, asker.author),
    ),
    answerAdmin(context, adminCertificate.generate, async (request, asker) =>
      generate(context, request, asker.author),
    ),
    answerAdmin(context, adminCertificate.delete, async ({ id }, asker) => remove(context, id, asker.author)),
    answerAdmin(context, adminCertificate.ca, async () => {
      const authority = (await listCertificates(context.db)).find(({ id }) => id === AUTHORITY_CERTIFICATE);
      if (authority === undefined) return notFound('id', AUTHORITY_CERTIFICATE);
      return done({ certificate: infoOf(authority, []), pem: authority.chainPem });
    }),
  ];
}

export async function certificateInfos({ db }: Pick<Context, 'db'>): Promise<CertificateInfo[]> {
  const sections = await readSections(db, ENCRYPTION);
  return (await listCertificates(db)).map((one) => infoOf(one, sections));
}

function infoOf(certificate: StoredCertificate, sections: readonly StoredSection[]): CertificateInfo {
  const { id, name, origin, isCa, chainPem } = certificate;
  const users = sections.filter(({ document }) => chosenIn(document) === id);
  return { id, name, origin, isCa, ...factsOf(chainPem), usedBy: users.map((one) => one.name) };
}

function chosenIn(document: { certificateId?: unknown }): unknown {
  return document.certificateId ?? GENERATED_CERTIFICATE;
}

async function find(context: Pick<Context, 'db'>, id: string): Promise<CertificateInfo | null> {
  return (await certificateInfos(context)).find((certificate) => certificate.id === id) ?? null;
}

async function inspect(
  { db }: Pick<Context, 'db'>,
  files: readonly CertificateFile[],
  password: string | undefined,
): Promise<Inspected> {
  const rows = new Map((await readSections(db, ['general'])).map((row) => [row.name, row]));
  return inspectCertificate(files, password, storedSettings(rows).general.heloName, new Date());
}

/** Without the key. */
function publicPart(inspected: Inspected): Omit<InspectedCertificate, 'replaces'> {
  const { certificate, chain, authority, keyFits, heloName, coversHeloName, problems, cautions } = inspected;
  return { certificate, chain, authority, keyFits, heloName, coversHeloName, problems, cautions };
}

async function importOne(
  context: Context,
  request: {
    id?: string | undefined;
    name?: string | undefined;
    files: CertificateFile[];
    password?: string | undefined;
  },
  author: string,
): Promise<AdminReply<{ certificate: CertificateInfo; cautions: AdminProblem[] }>> {
  const id = request.id ?? randomUUID();
  if (isReserved(id)) return wrongId(id);
  const inspected = await inspect(context, request.files, request.password);
  const { certificate, chainPem, keyPem, problems, cautions } = inspected;
  if (problems.length > 0 || certificate === null) return refusalOf(problems, cautions);
  const name = request.name ?? certificate.hosts[0] ?? id;
  const notAfter = new Date(certificate.notAfter);
  const bumped = await context.db.transaction(async (tx) => {
    const rows = await lockSections(tx);
    await saveCertificate(tx, context.key, { id, name, chainPem, keyPem, notAfter, origin: 'imported' });
    return bumpEncryption(tx, rows, author);
  });
  void context.announce.settings(bumped);
  const stored = await find(context, id);
  return stored === null ? notFound('id', id) : done({ certificate: stored, cautions });
}

function isReserved(id: string): boolean {
  return id === AUTHORITY_CERTIFICATE || id === GENERATED_CERTIFICATE || !/^[A-Za-z0-9._-]{1,64}$/.test(id);
}

function wrongId(id: string): Refusal {
  return refused(
    'wrongId',
    'id',
    `id: «${id}» нельзя: укажите другое имя из латинских букв, цифр и знаков . _ -`,
    `id: “${id}” cannot be used: give another name of letters, digits and . _ -`,
  );
}

async function generate(
  context: Context,
  request: { name?: string | undefined; hosts: readonly string[] },
  author: string,
) {
  for (const [index, host] of request.hosts.entries()) {
    if (domainName(host.replace(/^\*\./, '')) === undefined && ipAddress(host) === undefined) {
      return refused(
        'wrongFormat',
        `hosts.${index}`,
        `hosts.${index}: «${host}» не имя узла и не IP-адрес: исправьте`,
        `hosts.${index}: “${host}” is neither a host name nor an IP address: correct it`,
      );
    }
  }
  const id = randomUUID();
  const bumped = await context.db.transaction(async (tx) => {
    const rows = await lockSections(tx);
    const hosts = serverHosts(...request.hosts.map((host) => ipAddress(host) ?? host));
    await issue(tx, context, { id, name: request.name ?? hosts[0] ?? id, hosts }, new Date());
    return bumpEncryption(tx, rows, author);
  });
  void context.announce.settings(bumped);
  const certificate = await find(context, id);
  return certificate === null ? notFound('id', id) : done({ certificate });
}

async function remove(context: Context, id: string, author: string) {
  const outcome = await context.db.transaction(async (tx) => {
    const rows = await lockSections(tx);
    const users = [...rows.values()].filter(
      (row) => (row.document as { certificateId?: unknown }).certificateId === id,
    );
    if (users.length > 0) return inUse(users.map((row) => row.name));
    if (id === AUTHORITY_CERTIFICATE || id === GENERATED_CERTIFICATE) return wrongId(id);
    if (!(await deleteCertificate(tx, id))) return notFound('id', id);
    return { ok: true as const, bumped: await bumpEncryption(tx, rows, author) };
  });
  if (!outcome.ok) return outcome;
  void context.announce.settings(outcome.bumped);
  return done({});
}

function inUse(sections: readonly string[]): Refusal {
  const names = sections.join(', ');
  return refused(
    'inUse',
    'id',
    `сертификат выбран в разделах ${names}: сначала выберите там другой`,
    `the certificate is chosen in ${names}: choose another one there first`,
  );
}
