// Which hosts take mail for a domain. RFC 5321 §5.1, RFC 7505.
import { isIP } from 'node:net';
import { domainKey } from '@pochtar/mail';
import { DnsFailure, type Resolver } from '@pochtar/runtime';
import type { Failure } from '../failure.ts';

export type RouteFailure = Failure & { kind: 'failed' | 'deferred' };

/**
 * Host names in the order in which they are tried; an address stands for itself. `isValidated`: the DNS is signed, and
 * has been validated, where it names them (RFC 7672 §2.2.1).
 */
export type HostList = { kind: 'hosts'; hosts: string[]; isValidated: boolean } | RouteFailure;

/** Hosts that are tried at most. */
const MAX_HOSTS = 10;

/**
 * Looks the hosts of a domain up. `ownName` is our name in HELO: hosts that are not better than ourselves are left
 * out. `random` gives [0, 1).
 */
export async function hostsOf(
  domain: string,
  resolver: Pick<Resolver, 'mx' | 'validated' | 'isValidating'>,
  ownName: string,
  random: () => number = Math.random,
): Promise<HostList> {
  const literal = /^\[(?:ipv6:)?([^\]]+)\]$/i.exec(domain)?.[1];
  if (literal !== undefined) {
    return isIP(literal)
      ? { kind: 'hosts', hosts: [literal], isValidated: false }
      : failed('5.1.2', `${domain} is no address`);
  }
  let answer: { records: MxHost[]; isValidated: boolean };
  try {
    answer = resolver.isValidating
      ? await resolver.validated(domain, 'MX')
      : { records: await resolver.mx(domain), isValidated: false };
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    return dnsFailure(domain);
  }
  const ordered = orderHosts(domain, answer.records, ownName, random);
  return ordered.kind === 'hosts' ? { ...ordered, isValidated: answer.isValidated } : ordered;
}

interface MxHost {
  exchange: string;
  priority: number;
}

export function orderHosts(
  domain: string,
  records: readonly MxHost[],
  ownName: string,
  random: () => number,
): { kind: 'hosts'; hosts: string[] } | RouteFailure {
  // RFC 5321 §5.1: without MX the domain itself is its host.
  if (records.length === 0) return { kind: 'hosts', hosts: [domain] };
  const named = records.map(({ exchange, priority }) => ({ host: hostKey(exchange), priority }));
  // RFC 7505 §3: a single MX with an empty name: the domain takes no mail.
  if (named.every(({ host }) => host === ''))
    return failed('5.1.10', `the domain ${domain} takes no mail (null MX)`);
  const usable = named.filter(({ host }) => host !== '');
  const own = hostKey(ownName);
  const ownPriority = Math.min(...usable.filter(({ host }) => host === own).map(({ priority }) => priority));
  // RFC 5321 §5.1: who is listed itself must not use hosts of its own or a worse preference: mail would go in circles.
  const better = usable.filter(({ priority }) => priority < ownPriority);
  if (better.length === 0)
    return failed('5.4.6', `mail for ${domain} leads back to this server, which does not serve it`);
  // RFC 5321 §5.1: hosts of one preference are tried in random order, to spread the load.
  const shuffled = better.map((record) => ({ ...record, place: random() }));
  shuffled.sort((first, second) => first.priority - second.priority || first.place - second.place);
  return { kind: 'hosts', hosts: [...new Set(shuffled.map(({ host }) => host))].slice(0, MAX_HOSTS) };
}

export type AddressList = { kind: 'addresses'; addresses: string[] } | { kind: 'none' } | RouteFailure;

/** Which addresses are tried, in this order. */
export const ADDRESS_ORDERS = {
  ipv4First: ['a', 'aaaa'],
  ipv6First: ['aaaa', 'a'],
  ipv4Only: ['a'],
  ipv6Only: ['aaaa'],
} as const;
export type AddressOrder = keyof typeof ADDRESS_ORDERS;

/** The addresses of a host. IPv4 comes first: far sides ask more of IPv6 senders (a reverse name) than of others. */
export async function addressesOf(
  host: string,
  resolver: Pick<Resolver, 'a' | 'aaaa'>,
  order: AddressOrder = 'ipv4First',
): Promise<AddressList> {
  if (isIP(host)) return { kind: 'addresses', addresses: [host] };
  const answers = await Promise.allSettled(ADDRESS_ORDERS[order].map((kind) => resolver[kind](host)));
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return { kind: 'addresses', addresses };
  for (const answer of answers) {
    if (answer.status !== 'rejected') continue;
    if (!(answer.reason instanceof DnsFailure)) throw answer.reason;
    return dnsFailure(host);
  }
  return { kind: 'none' };
}

function hostKey(name: string): string {
  return domainKey(name.replace(/\.$/, ''));
}

function failed(status: string, diagnostic: string): RouteFailure {
  return { kind: 'failed', status, diagnostic };
}

function dnsFailure(name: string): RouteFailure {
  // RFC 3463 §3.5: 4.4.3, directory server failure.
  return { kind: 'deferred', status: '4.4.3', diagnostic: `the DNS gives no answer for ${name}` };
}
