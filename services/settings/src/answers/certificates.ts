// admin.certificate.*: list, import, generate, delete, ca.
import { randomUUID } from 'node:crypto';
import { adminCertificate, answerAdmin, type CertificateInfo, done, refused } from '@pochtar/bus';
import { domainName, ipAddress } from '@pochtar/settings';
import {
  AUTHORITY_CERTIFICATE,
  deleteCertificate,
  GENERATED_CERTIFICATE,
  listCertificates,
  lockSections,
  saveCertificate,
  type StoredCertificate,
} from '@pochtar/store/settings';
import { notFound } from '../addresses.ts';
import { factsOf } from '../authority.ts';
import { bumpEncryption, issue, serverHosts } from '../certificates.ts';
import type { Context, Refusal } from '../context.ts';
import { checkChain } from '../imported-chain.ts';

export function answerCertificates(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminCertificate.list, async () => {
      return done({ certificates: (await listCertificates(db)).map(infoOf) });
    }),
    answerAdmin(context, adminCertificate.import, async (request, asker) =>
      importOne(context, request, asker.author),
    ),
    answerAdmin(context, adminCertificate.generate, async (request, asker) =>
      generate(context, request, asker.author),
    ),
    answerAdmin(context, adminCertificate.delete, async ({ id }, asker) => remove(context, id, asker.author)),
    answerAdmin(context, adminCertificate.ca, async () => {
      const authority = await find(context, AUTHORITY_CERTIFICATE);
      return authority === null
        ? notFound('id', AUTHORITY_CERTIFICATE)
        : done({ certificate: infoOf(authority), pem: authority.chainPem });
    }),
  ];
}

function infoOf(certificate: StoredCertificate): CertificateInfo {
  const { id, name, origin, isCa, chainPem } = certificate;
  const { notBefore, notAfter, ...facts } = factsOf(chainPem);
  const times = { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
  return { id, name, origin, isCa, ...facts, ...times };
}

async function find(context: Pick<Context, 'db'>, id: string): Promise<StoredCertificate | null> {
  return (await listCertificates(context.db)).find((certificate) => certificate.id === id) ?? null;
}

async function importOne(
  context: Context,
  request: { id?: string | undefined; name: string; chainPem: string; keyPem: string },
  author: string,
) {
  const id = request.id ?? randomUUID();
  if (id === AUTHORITY_CERTIFICATE || id === GENERATED_CERTIFICATE || !/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
    return wrongId(id);
  }
  const chain = checkChain(request.chainPem, request.keyPem, new Date());
  if (!chain.ok) return chain;
  const { chainPem, keyPem, notAfter } = chain;
  const row = { id, name: request.name, chainPem, keyPem, notAfter, origin: 'imported' as const };
  const bumped = await context.db.transaction(async (tx) => {
    const rows = await lockSections(tx);
    await saveCertificate(tx, context.key, row);
    return bumpEncryption(tx, rows, author);
  });
  await context.announce.settings(bumped);
  return stored(context, id);
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
  await context.announce.settings(bumped);
  return stored(context, id);
}

async function stored(context: Context, id: string) {
  const certificate = await find(context, id);
  return certificate === null ? notFound('id', id) : done({ certificate: infoOf(certificate) });
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
  await context.announce.settings(outcome.bumped);
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
