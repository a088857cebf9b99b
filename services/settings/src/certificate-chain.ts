// From a heap of certificates and keys to what a server shows: its own certificate, the key that fits, and those who
// signed it, in order. The root is left out: clients have it, or do not trust it anyway.
import type { KeyObject, X509Certificate } from 'node:crypto';
import { X509Certificate as Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { AdminProblem } from '@pochtar/bus';
import { text } from '@pochtar/settings';
import type { FoundParts } from './certificate-files.ts';

export interface BuiltChain {
  leaf: X509Certificate | null;
  /** Leaf first, without the root; empty without a leaf. */
  chain: X509Certificate[];
  /** The one that fits, or one that does not when none does. */
  key: KeyObject | null;
  keyFits: boolean | null;
  authority: 'public' | 'given' | 'itself' | 'unknown';
  /** What was put right. */
  cautions: AdminProblem[];
  problems: AdminProblem[];
}

const MAX_CHAIN = 10;

export function buildChain({ certificates, keys }: Pick<FoundParts, 'certificates' | 'keys'>): BuiltChain {
  const distinct = [...new Map(certificates.map((one) => [one.fingerprint256, one])).values()];
  const own = distinct.filter((one) => keys.some((key) => one.checkPrivateKey(key)));
  const servers = distinct.filter((one) => !one.ca);
  // One that signs itself may well call itself an authority.
  const only = distinct.length === 1 && keys.length > 0 ? distinct : [];
  const candidates = [own, servers, only].find((some) => some.length > 0) ?? [];
  const [leaf = null] = candidates;
  const key = keys.find((one) => leaf?.checkPrivateKey(one) === true) ?? keys[0] ?? null;
  const keyFits = key === null || leaf === null ? null : leaf.checkPrivateKey(key);
  const built = { leaf, key, keyFits };
  if (leaf === null) return { ...built, chain: [], authority: 'unknown', cautions: [], problems: [noLeaf] };
  if (candidates.length > 1) {
    return { ...built, chain: [leaf], authority: 'unknown', cautions: [], problems: [severalLeaves] };
  }
  const { chain, root } = follow(leaf, distinct);
  return {
    ...built,
    chain,
    authority: authorityOf(chain, root),
    problems: [],
    cautions: repairs(certificates, chain, root),
  };
}

/** Up from the leaf, as far as those who signed are there. */
function follow(leaf: X509Certificate, all: readonly X509Certificate[]) {
  const chain = [leaf];
  let root: X509Certificate | null = null;
  for (let last = leaf; chain.length < MAX_CHAIN && !isSelfSigned(last); ) {
    const signers = all.filter((one) => isSignedBy(last, one) && !chain.includes(one));
    // A root that another authority has signed as well is there twice: the one that leads on is shown.
    const next = signers.find((one) => !isSelfSigned(one)) ?? signers[0];
    if (next === undefined) break;
    if (isSelfSigned(next)) {
      root = next;
      break;
    }
    chain.push(next);
    last = next;
  }
  return { chain, root };
}

function authorityOf(
  chain: readonly X509Certificate[],
  root: X509Certificate | null,
): BuiltChain['authority'] {
  const last = chain.at(-1) as X509Certificate;
  if (isSelfSigned(last)) return 'itself';
  if (publicRoots().some((one) => isSignedBy(last, one))) return 'public';
  return root === null ? 'unknown' : 'given';
}

let roots: X509Certificate[] | undefined;
function publicRoots(): X509Certificate[] {
  roots ??= rootCertificates.map((pem) => new Certificate(pem));
  return roots;
}

function isSignedBy(one: X509Certificate, by: X509Certificate): boolean {
  try {
    return one.issuer === by.subject && one.checkIssued(by) && one.verify(by.publicKey);
  } catch {
    // Signed in a way that this machine does not know.
    return false;
  }
}

function isSelfSigned(one: X509Certificate): boolean {
  return isSignedBy(one, one);
}

function repairs(
  given: readonly X509Certificate[],
  chain: readonly X509Certificate[],
  root: X509Certificate | null,
): AdminProblem[] {
  const cautions: AdminProblem[] = [];
  const order = given.filter((one) =>
    chain.some(({ fingerprint256 }) => fingerprint256 === one.fingerprint256),
  );
  if (order.some((one, index) => one.fingerprint256 !== chain[index]?.fingerprint256))
    cautions.push(reordered);
  if (root !== null) cautions.push(rootLeftOut);
  const used = new Set([...chain, ...(root === null ? [] : [root])].map((one) => one.fingerprint256));
  if (given.some((one) => !used.has(one.fingerprint256))) cautions.push(othersLeftOut);
  return cautions;
}

function remark(code: string, ru: string, en: string): AdminProblem {
  return { code, field: 'files', message: text(ru, en) };
}

const noLeaf = remark(
  'noLeaf',
  'сертификата сервера нет: добавьте его файл (в загруженных только центры сертификации или ключи)',
  "the server's certificate is missing: add its file (those handed in have only authorities or keys)",
);
const severalLeaves = remark(
  'severalLeaves',
  'сертификатов сервера несколько: загружайте их по одному, каждый со своим ключом',
  'there are several server certificates: hand them in one at a time, each with its key',
);
const reordered = remark(
  'reordered',
  'порядок цепочки исправлен: от сервера к центру сертификации',
  'the order of the chain was put right: from the server up to the authority',
);
const rootLeftOut = remark(
  'rootLeftOut',
  'корневой сертификат не передаётся клиентам: он у них есть',
  'the root certificate is not sent to clients: they have it',
);
const othersLeftOut = remark(
  'othersLeftOut',
  'сертификаты, которые к цепочке не относятся, не взяты',
  'certificates that do not belong to the chain were left out',
);
