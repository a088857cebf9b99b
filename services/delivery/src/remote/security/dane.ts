// What the TLSA records of a host demand, where the DNS is signed on the whole way to it. RFC 7672 §2.
import { DnsFailure, type Resolver, type TlsaRecord } from '@pochtar/runtime';
import { usableRecords } from './dane-match.ts';

export type DaneFinding =
  /** The DNS demands nothing. */
  | { kind: 'none' }
  /** A certificate that they name, or no mail. `base`: the name that they stand below. */
  | { kind: 'records'; records: TlsaRecord[]; base: string }
  /** There are some, and none that can be used: encrypted, with any certificate. */
  | { kind: 'unusable' }
  /** The DNS does not say: nobody knows what it demands. */
  | { kind: 'unknown'; name: string };

type Asks = Pick<Resolver, 'validated'>;

const NONE: DaneFinding = { kind: 'none' };

/** `host` stands in a validated MX record, or is the domain itself where it has none. */
export async function daneOf(host: string, port: number, resolver: Asks): Promise<DaneFinding> {
  try {
    for (const base of await basesOf(host, resolver)) {
      const name = `_${port}._tcp.${base}`;
      const found = await tlsaOf(name, resolver);
      if (found === null) return { kind: 'unknown', name };
      if (found.length === 0) continue;
      const records = usableRecords(found);
      // RFC 7672 §2.2: records that cannot be used still promise TLS.
      return records.length === 0 ? { kind: 'unusable' } : { kind: 'records', records, base };
    }
    return NONE;
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    return { kind: 'unknown', name: host };
  }
}

/** RFC 7672 §2.1.3: the name behind validated aliases, then the host's own. None where its zone is not signed. */
async function basesOf(host: string, resolver: Asks): Promise<string[]> {
  const asked = await Promise.allSettled([resolver.validated(host, 'A'), resolver.validated(host, 'AAAA')]);
  const answers = asked.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const answer = answers.find(({ records }) => records.length > 0);
  if (answer === undefined) {
    for (const one of asked) if (one.status === 'rejected') throw one.reason;
    return [];
  }
  // RFC 7672 §2.2.2: without a validated address nobody asks for TLSA records, which zones like these answer badly.
  if (answer.isValidated) return [...new Set([answer.name, host])];
  if (answer.name === host) return [];
  const alias = await resolver.validated(host, 'CNAME');
  return alias.isValidated ? [host] : [];
}

/** Validated records; null: there is no answer. */
async function tlsaOf(name: string, resolver: Asks): Promise<TlsaRecord[] | null> {
  try {
    const { records, isValidated } = await resolver.validated(name, 'TLSA');
    return isValidated ? records : [];
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    return null;
  }
}
