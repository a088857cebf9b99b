// What was handed in as a certificate: what is found, what was put right, what keeps it from being stored.
import type { KeyObject, X509Certificate } from 'node:crypto';
import type { AdminProblem, InspectedCertificate } from '@pochtar/bus';
import { text } from '@pochtar/settings';
import { certificateFacts } from './authority.ts';
import { type BuiltChain, buildChain } from './certificate-chain.ts';
import { type CertificateFile, readCertificateFiles } from './certificate-files.ts';

export interface Inspected extends Omit<InspectedCertificate, 'replaces'> {
  /** Fit to be stored when there are no problems. */
  chainPem: string;
  keyPem: string;
}

export async function inspectCertificate(
  files: readonly CertificateFile[],
  password: string | undefined,
  heloName: string,
  now: Date,
): Promise<Inspected> {
  const found = await readCertificateFiles(files, password);
  const built = buildChain(found);
  const { leaf, chain, key, keyFits, authority } = built;
  const coversHeloName = leaf?.checkHost(heloName) !== undefined;
  return {
    certificate: leaf === null ? null : certificateFacts(leaf, now),
    chain: chain.map((one) => ({
      subject: oneLine(one.subject),
      issuer: oneLine(one.issuer),
      notAfter: new Date(one.validTo).toISOString(),
    })),
    authority,
    keyFits,
    heloName,
    coversHeloName,
    problems: problemsOf(found.problems, built, now),
    cautions: [...built.cautions, ...cautionsOf(built, coversHeloName, heloName, now)],
    chainPem: chain.map((one) => one.toString()).join(''),
    keyPem: key === null ? '' : key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}

/** What could not be read is told alone: that something is missing follows from it. */
function problemsOf(unread: readonly AdminProblem[], built: BuiltChain, now: Date): AdminProblem[] {
  if (unread.length > 0) return [...unread];
  const { leaf, key, keyFits } = built;
  const problems = [...built.problems];
  if (leaf === null) return problems;
  if (key === null) problems.push(noKey);
  if (keyFits === false) problems.push(keyMismatch);
  const notAfter = new Date(leaf.validTo);
  if (notAfter <= now) problems.push(expired(notAfter));
  const bits = weakBits(leaf.publicKey);
  if (bits !== undefined) problems.push(weakKey(bits));
  return problems;
}

function weakBits(key: KeyObject): number | undefined {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  return key.asymmetricKeyType === 'rsa' && bits !== undefined && bits < 2048 ? bits : undefined;
}

function cautionsOf(
  { leaf, authority }: BuiltChain,
  coversHeloName: boolean,
  heloName: string,
  now: Date,
): AdminProblem[] {
  if (leaf === null) return [];
  return [
    ...(authority === 'unknown' ? [incomplete(leaf)] : []),
    ...(coversHeloName ? [] : [notCovered(heloName)]),
    ...(new Date(leaf.validFrom) > now ? [notYet(new Date(leaf.validFrom))] : []),
  ];
}

function remark(code: string, ru: string, en: string): AdminProblem {
  return { code, field: 'files', message: text(ru, en) };
}

const noKey = remark(
  'noKey',
  'закрытого ключа нет: добавьте его файл',
  'the private key is missing: add its file',
);
const keyMismatch = remark(
  'keyMismatch',
  'ключ не подходит к сертификату: добавьте ключ, с которым сертификат запрашивали',
  'the key does not belong to the certificate: add the key that the certificate was requested with',
);

function expired(at: Date): AdminProblem {
  const day = at.toISOString().slice(0, 10);
  return remark(
    'expired',
    `срок сертификата истёк ${day}: нужен действующий`,
    `the certificate expired on ${day}: a current one is needed`,
  );
}

function weakKey(bits: number): AdminProblem {
  return remark(
    'weakKey',
    `ключ слишком короткий (${bits} бит): нужен RSA от 2048 бит или ECDSA`,
    `the key is too short (${bits} bits): RSA from 2048 bits or ECDSA is needed`,
  );
}

function incomplete(leaf: X509Certificate): AdminProblem {
  const issuer = oneLine(leaf.issuer).slice(0, 200);
  return remark(
    'incompleteChain',
    `цепочка не доходит до известного центра (выдал ${issuer}): добавьте промежуточные сертификаты, иначе клиенты её не примут`,
    `the chain ends before an authority that is known (issued by ${issuer}): add the intermediate certificates, or clients will not take it`,
  );
}

function notCovered(heloName: string): AdminProblem {
  return remark(
    'nameNotCovered',
    `имени этого сервера ${heloName} в сертификате нет`,
    `the certificate does not have the name of this server, ${heloName}`,
  );
}

function notYet(at: Date): AdminProblem {
  const day = at.toISOString().slice(0, 10);
  return remark(
    'notYet',
    `сертификат действует только с ${day}`,
    `the certificate is valid only from ${day}`,
  );
}
