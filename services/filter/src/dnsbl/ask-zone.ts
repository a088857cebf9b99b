// One question to one black list. RFC 5782 §2.1, §2.3.
import type { Resolver } from '@pochtar/runtime';
import { neverListedName } from './query-name.ts';
import type { ZoneAnswers } from './zone-answers.ts';

/** How old the knowledge may be that a zone does not list everybody. */
const CONFIRMED_MS = 60_000;

export type ZoneAnswer =
  | { kind: 'notListed' }
  | { kind: 'listed'; zone: string }
  /** Silence, a failure, or an answer that is no verdict about the address. */
  | { kind: 'noAnswer'; zone: string; why: string; refusal?: string };

/** Never throws: a failing zone is an answer. */
export async function askZone(
  answers: Pick<ZoneAnswers, 'codes'>,
  zone: string,
  reversed: string,
  clientAddress: string,
): Promise<ZoneAnswer> {
  try {
    const codes = await answers.codes(reversed, zone);
    if (codes.some(isListing)) return await confirm(answers, zone, clientAddress);
    const refusal = codes.find(isOperatorError);
    // Other addresses are not of a black list: a domain that was sold or is parked lists nobody.
    if (refusal === undefined) return { kind: 'notListed' };
    const why = `the operator answers ${refusal}: the question was refused`;
    return { kind: 'noAnswer', zone, why, refusal };
  } catch (error) {
    return { kind: 'noAnswer', zone, why: error instanceof Error ? error.message : String(error) };
  }
}

// Lists that were given up have ended by listing the whole world.
async function confirm(
  answers: Pick<ZoneAnswers, 'codes'>,
  zone: string,
  clientAddress: string,
): Promise<ZoneAnswer> {
  const codes = await answers.codes(neverListedName(clientAddress), zone, CONFIRMED_MS);
  if (!codes.some(isListing)) return { kind: 'listed', zone };
  return { kind: 'noAnswer', zone, why: 'it lists 127.0.0.1, so it lists everybody (RFC 5782 §5)' };
}

/** The zone's words about a listing, or null. RFC 5782 §2.1: a TXT record beside the A record. */
export async function listingReason(
  resolver: Resolver,
  zone: string,
  reversed: string,
): Promise<string | null> {
  try {
    const [record] = await resolver.txt(`${reversed}.${zone}`);
    // The resolver gives one character a byte.
    const bytes = Buffer.from(record?.join('') ?? '', 'latin1');
    return bytes.toString('utf8') || null;
  } catch {
    return null;
  }
}

// RFC 5782 §2.3: entries are in 127.0.0.0/8. 127.255.255.0/24 is used by operators to say that they do not answer.
export function isListing(address: string): boolean {
  return address.startsWith('127.') && !isOperatorError(address);
}

export function isOperatorError(address: string): boolean {
  return address.startsWith('127.255.255.');
}
