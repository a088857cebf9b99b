// The names under which this installation speaks of mail: its host name, the hosted domains and all below them. A field
// that a mail brings and that claims one of them would be believed by whoever trusts us.
import { domainKey } from '@pochtar/mail';

/** Reads an authserv-id (latin1, lower case) as a name: in any case, in U- or A-labels, with or without the last dot. */
function nameKey(authservId: string): string {
  const name = Buffer.from(authservId, 'latin1').toString('utf8');
  return domainKey(name.replace(/\.+$/, '').trim());
}

/** RFC 8601 §5: the trust boundary is the installation, not the one host. */
export function claimsOurs(heloName: string, domains: ReadonlySet<string>): (authservId: string) => boolean {
  const own = domainKey(heloName);
  return (authservId) => {
    const name = nameKey(authservId);
    if (name === own) return true;
    const labels = name.split('.');
    return labels.some((_, from) => domains.has(labels.slice(from).join('.')));
  };
}
