// Values in distinguished names, as LDAP and LDIF write them.

/** Nothing in it means anything in a name. */
const PLAIN = /^[\w.@-]+$/;

// RFC 4514 §2.4: which characters are escaped, and where.
export function escapeDnValue(value: string): string {
  if (PLAIN.test(value)) return value;
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replace(/^[ #]/, '\\$&')
    .replace(/(?<!\\)( )$/, '\\ ');
}
