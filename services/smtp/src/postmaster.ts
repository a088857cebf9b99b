// RFC 5321 §4.5.1: every domain has a postmaster, from the first start on; RFC 2142 §4: and somebody for abuse.
//
// Where the directory has no such name, or it leads to a mailbox that is switched off, the mail goes to the first of
// these that there is: for abuse the domain's postmaster; who is told of trouble (alerts.address); the oldest account
// of the domain; the oldest account of all.
import { type Address, addressKey, addressOfKey, domainKey, parseAddress } from '@pochtar/mail';
import type { Resolved } from '@pochtar/store/directory';
import { endOf, isReachable } from './recipient-end.ts';
import type { Tools } from './tools.ts';

export interface RoleHolder {
  key: string;
  resolved: Resolved;
}

/** The one who reads the mail for `postmaster@…` or `abuse@…` of a local domain; null: nobody, or no such name. */
export async function roleHolder(tools: Tools, key: string): Promise<RoleHolder | null> {
  const { localPart: role, domain } = addressOfKey(key);
  if (role !== 'postmaster' && role !== 'abuse') return null;
  const names = [`postmaster@${domain}`, alertsKey(tools), await tools.directory.oldestAccount(domain)];
  for (const name of names) {
    if (name === null || name === key) continue;
    const resolved = await tools.recipients.resolve(name);
    // Mail for our own postmaster is no relaying, wherever he reads it.
    if (resolved.kind === 'remote') return { key: name, resolved: { kind: 'alias', targets: [name] } };
    if (isReachable(await endOf(tools, resolved))) return { key: name, resolved };
  }
  return null;
}

function alertsKey(tools: Tools): string | null {
  const address = parseAddress(tools.current('alerts').address);
  return address && addressKey(address);
}

/**
 * RFC 5321 §4.1.1.3: a postmaster without a domain is ours: of the default domain, of the hosted domain that our host
 * name lies in, or of the oldest one. Null while nothing is hosted.
 */
export async function barePostmaster(tools: Tools): Promise<Address | null> {
  const { defaultDomain, heloName } = tools.current('general');
  const hosted = await tools.directory.domains();
  const labels = domainKey(heloName).split('.');
  const candidates = [
    ...(defaultDomain === null ? [] : [domainKey(defaultDomain)]),
    ...labels.map((_, from) => labels.slice(from).join('.')),
  ];
  const home = candidates.find((name) => hosted.has(name)) ?? (await tools.directory.oldestDomain());
  return home === null ? null : { localPart: 'postmaster', domain: home };
}
