// Thunderbird's address book over LDAP: lines for `user.js` of a profile, which are read at each start. Its account set-up by
// configuration files knows servers of mail only.
import type { BookServer } from './book-server.ts';

/** Entries of one answer that it shows. */
const MAX_HITS = 100;

export function thunderbirdBook({ host, port, security, bases }: BookServer, login: string): string {
  const scheme = security === 'tls' ? 'ldaps' : 'ldap';
  const directories = bases.flatMap((base, index) => {
    const at = directory(index);
    const description = bases.length === 1 ? host : `${host} (${base})`;
    return [
      pref(`${at}.description`, description),
      pref(`${at}.uri`, `${scheme}://${host}:${port}/${written(base)}??sub?(objectclass=*)`),
      pref(`${at}.auth.dn`, login),
      pref(`${at}.filename`, `${at.slice('ldap_2.servers.'.length)}.sqlite`),
      pref(`${at}.maxHits`, MAX_HITS),
    ];
  });
  return [
    ...directories,
    // Addresses are completed from one directory.
    pref('ldap_2.autoComplete.useDirectory', true),
    pref('ldap_2.autoComplete.directoryServer', directory(0)),
    '',
  ].join('\n');
}

function directory(index: number): string {
  return `ldap_2.servers.pochtar${index === 0 ? '' : index + 1}`;
}

function pref(name: string, value: string | number | boolean): string {
  return `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`;
}

// RFC 4516 §2.1: what is not allowed in a URL is written in per cent; a name of an entry is full of = and commas.
function written(base: string): string {
  return encodeURIComponent(base).replaceAll('%3D', '=').replaceAll('%2C', ',');
}
