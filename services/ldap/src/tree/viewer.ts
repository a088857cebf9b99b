// As whom a session looks at the book: setting `access`.
import { networkSet } from '@pochtar/runtime';
import type { Settings } from '@pochtar/settings';
import type { Viewer } from './visibility.ts';

// RFC 1918 §3, RFC 4193 §3, RFC 3927 §2.1, RFC 4291 §2.4: loopback, private and link-local networks.
const isLocal = networkSet([
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
]);

interface Looking {
  readonly person: { readonly address: string; readonly domain: string } | null;
  readonly clientAddress: string;
}

/** null: whoever has not logged in sees nothing. Of who may search without, the server's own domain is his own. */
export function viewerOf(
  { person, clientAddress }: Looking,
  access: Settings['addressBook']['access'],
  defaultDomain: string | null,
): Viewer | null {
  if (person !== null) return person;
  const isAllowed = access === 'anyone' || (access === 'localNetworks' && isLocal(clientAddress));
  return isAllowed ? { address: null, domain: defaultDomain } : null;
}
