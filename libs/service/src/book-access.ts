// Who may look at the address book without a log-in: setting `addressBook.access`, the same for LDAP and CardDAV.
import { networkSet } from '@pochtar/runtime';
import type { Settings } from '@pochtar/settings';

// RFC 1918 §3, RFC 4193 §3, RFC 3927 §2.1, RFC 4291 §2.4: loopback, private and link-local networks.
const isLocal = networkSet([
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
]);

export function mayLookUnnamed(access: Settings['addressBook']['access'], clientAddress: string): boolean {
  return access === 'anyone' || (access === 'localNetworks' && isLocal(clientAddress));
}
