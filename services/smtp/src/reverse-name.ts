// Forward-confirmed reverse DNS (iprev, RFC 8601 §3): a name that DNS gives for a client's address counts when it leads back
// to that address. All names are looked up at the same time, and the whole look-up is bounded.
import { setTimeout as wait } from 'node:timers/promises';
import type { Resolver } from '@pochtar/runtime';
import ipaddr from 'ipaddr.js';

/** RFC 8601 §2.7.3. */
export type ReverseResult = 'pass' | 'fail' | 'temperror' | 'permerror';

export interface ReverseFinding {
  readonly result: ReverseResult;
  /** The names that lead back, in lower case. */
  readonly names: readonly string[];
}

/** RFC 7208 §4.6.4: of more names than this nobody has use. */
const MAX_NAMES = 10;
const MAX_MS = 5000;
/** What is no host name is no evidence, and comes into no log and no header. */
const HOST_NAME = /^[0-9a-z_-]+(?:\.[0-9a-z_-]+)*$/;
const MAX_NAME = 253;

/** Never rejects. */
export async function findReverseName(
  resolver: Pick<Resolver, 'ptr' | 'a' | 'aaaa'>,
  address: string,
  maxMs = MAX_MS,
): Promise<ReverseFinding> {
  const late = new AbortController();
  try {
    const silence = wait(maxMs, { result: 'temperror', names: [] } as const, {
      signal: late.signal,
      ref: false,
    });
    return await Promise.race([confirm(resolver, ipaddr.process(address).toString()), silence]);
  } finally {
    late.abort();
  }
}

async function confirm(
  resolver: Pick<Resolver, 'ptr' | 'a' | 'aaaa'>,
  address: string,
): Promise<ReverseFinding> {
  const given = await resolver.ptr(address).catch(() => null);
  if (given === null) return { result: 'temperror', names: [] };
  // RFC 8601 §2.7.3: permerror: the address has no name at all.
  if (given.length === 0) return { result: 'permerror', names: [] };
  const looks = hostNames(given).map(async (name) => ({
    name,
    leads: await leadsTo(resolver, name, address),
  }));
  const found = await Promise.all(looks);
  const names = found.filter(({ leads }) => leads === true).map(({ name }) => name);
  if (names.length > 0) return { result: 'pass', names };
  return { result: found.some(({ leads }) => leads === null) ? 'temperror' : 'fail', names };
}

function hostNames(given: readonly string[]): string[] {
  const names = given.map((name) => name.toLowerCase().replace(/\.$/, '')).filter(isHostName);
  return [...new Set(names)].slice(0, MAX_NAMES);
}

function isHostName(name: string): boolean {
  return name.length <= MAX_NAME && HOST_NAME.test(name);
}

/** Null: DNS does not say. */
async function leadsTo(
  resolver: Pick<Resolver, 'a' | 'aaaa'>,
  name: string,
  address: string,
): Promise<boolean | null> {
  try {
    const addresses = await (address.includes(':') ? resolver.aaaa(name) : resolver.a(name));
    return addresses.some((one) => ipaddr.isValid(one) && ipaddr.process(one).toString() === address);
  } catch {
    return null;
  }
}
