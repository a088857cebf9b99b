// Whether the certificates that a server shows are those that its TLSA records name. RFC 6698 §2.1, RFC 7671, RFC 7672 §3.
import { createHash, X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '@pochtar/runtime';
import type { SecurityFault } from './fault.ts';

const TRUST_ANCHOR = 2;
const END_ENTITY = 3;
const HASHES = new Map([
  [1, { algorithm: 'sha256', length: 32 }],
  [2, { algorithm: 'sha512', length: 64 }],
]);

/**
 * Records that a certificate can be held against. RFC 7672 §3.1.3: the usages that rest on public authorities are not for
 * SMTP. RFC 7671 §9: of digests of one thing only the strongest count.
 */
export function usableRecords(records: readonly TlsaRecord[]): TlsaRecord[] {
  const usable = records.filter(isUsable);
  const strong = new Set(usable.filter(({ matchingType }) => matchingType === 2).map(subjectOf));
  return usable.filter((record) => record.matchingType !== 1 || !strong.has(subjectOf(record)));
}

const subjectOf = ({ usage, selector }: TlsaRecord): string => `${usage} ${selector}`;

function isUsable({ usage, selector, matchingType, data }: TlsaRecord): boolean {
  if (usage !== TRUST_ANCHOR && usage !== END_ENTITY) return false;
  if (selector !== 0 && selector !== 1) return false;
  if (matchingType === 0) return data.length > 0;
  return HASHES.get(matchingType)?.length === data.length;
}

/** `chain` begins with the server's own certificate; `names` are those that one of an authority may be for. */
export function daneFault(
  chain: readonly X509Certificate[],
  records: readonly TlsaRecord[],
  names: readonly string[],
  now: Date,
): SecurityFault | null {
  const [leaf] = chain;
  if (leaf === undefined) return { result: 'validation-failure', why: 'was not shown' };
  // RFC 7672 §3.1.1: what is named itself is believed, whatever its name and dates say.
  if (records.some((record) => record.usage === END_ENTITY && isNamed(leaf, record))) return null;
  const anchors = records.filter(({ usage }) => usage === TRUST_ANCHOR);
  const path = pathTo(anchors, chain);
  if (path === null)
    return { result: 'validation-failure', why: 'is none of those that its TLSA records name' };
  if (!path.every((certificate) => isInTime(certificate, now)))
    return { result: 'certificate-expired', why: 'or that of its authority is not valid now' };
  // RFC 7672 §3.1.2, §3.2.2: who rests on an authority is asked for the name.
  if (!names.some((name) => leaf.checkHost(name) !== undefined))
    return { result: 'certificate-host-mismatch', why: `is not for ${names[0]}` };
  return null;
}

/** The server's certificate and those above it, up to one that a record names; each signed by the next one. */
function pathTo(anchors: readonly TlsaRecord[], chain: readonly X509Certificate[]): X509Certificate[] | null {
  const path = chain.slice(0, 1);
  for (const next of [...chain.slice(1), ...given(anchors)]) {
    if (!isSignedBy(path.at(-1) as X509Certificate, next)) continue;
    path.push(next);
    if (anchors.some((record) => isNamed(next, record))) return path;
  }
  return null;
}

/** RFC 7671 §5.2.2: an authority that stands in the record as a whole need not be shown. */
function given(anchors: readonly TlsaRecord[]): X509Certificate[] {
  const whole = anchors.filter(({ selector, matchingType }) => selector === 0 && matchingType === 0);
  return whole.flatMap(({ data }) => {
    try {
      return [new X509Certificate(data)];
    } catch {
      // No certificate: it names nobody.
      return [];
    }
  });
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that nobody can use.
    return false;
  }
}

const isInTime = ({ validFromDate, validToDate }: X509Certificate, now: Date): boolean =>
  validFromDate <= now && now <= validToDate;

function isNamed(certificate: X509Certificate, { selector, matchingType, data }: TlsaRecord): boolean {
  const bytes = selector === 0 ? certificate.raw : keyOf(certificate);
  if (bytes === null) return false;
  const hash = HASHES.get(matchingType);
  return data.equals(hash === undefined ? bytes : createHash(hash.algorithm).update(bytes).digest());
}

function keyOf(certificate: X509Certificate): Buffer | null {
  try {
    return certificate.publicKey.export({ type: 'spki', format: 'der' });
  } catch {
    return null;
  }
}
