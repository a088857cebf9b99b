// People as LDIF (RFC 2849): entries that ldapadd takes, and that our own LDAP service would answer with.
import type { ContactField } from '../contact.ts';
import { escapeDnValue } from '../dn-value.ts';
import { lastName } from '../person-names.ts';
import type { WrittenCard } from './write-vcard.ts';

/** RFC 2849 §2: what stands at the head of the file. */
export const LDIF_HEAD = 'version: 1\n\n';
const MAX_LINE = 76;

const attributes: readonly (readonly [string, ContactField])[] = [
  ['title', 'jobTitle'],
  ['ou', 'department'],
  ['o', 'organisation'],
  ['telephoneNumber', 'workPhone'],
  ['mobile', 'mobilePhone'],
  ['homePhone', 'homePhone'],
  ['facsimileTelephoneNumber', 'fax'],
  ['physicalDeliveryOfficeName', 'office'],
  ['street', 'postalAddress'],
];

/** `base`: the name that the entry stands below, such as `ou=people,dc=example,dc=org`. */
export function writeLdif({ name, address, contact, photo }: WrittenCard, base: string): string {
  const lines: [string, string | Buffer | undefined][] = [
    ['dn', `mail=${escapeDnValue(address)},${base}`],
    ...['top', 'person', 'organizationalPerson', 'inetOrgPerson'].map(
      (one) => ['objectClass', one] as [string, string],
    ),
    ['cn', name],
    // RFC 4519 §3.12: a person has a surname.
    ['sn', contact.surname ?? lastName(name)],
    ['givenName', contact.givenName],
    ['displayName', name],
    ['mail', address],
    ...attributes.map(([attribute, field]) => [attribute, contact[field]] as [string, string | undefined]),
    ['jpegPhoto', photo ?? undefined],
  ];
  return `${lines.map(([attribute, value]) => lineOf(attribute, value)).join('')}\n`;
}

function lineOf(attribute: string, value: string | Buffer | undefined): string {
  if (value === undefined || value === '') return '';
  // RFC 2849 §2, SAFE-STRING: what is not plain ASCII, or would be read in another way, goes in base64.
  const isSafe =
    typeof value === 'string' && /^[!-9;=-\u007f][ -\u007f]*$/.test(value) && !value.endsWith(' ');
  const written = isSafe ? `: ${value}` : `:: ${Buffer.from(value).toString('base64')}`;
  return folded(`${attribute}${written}`);
}

function folded(line: string): string {
  const pieces = [line.slice(0, MAX_LINE)];
  for (let from = MAX_LINE; from < line.length; from += MAX_LINE - 1) {
    pieces.push(` ${line.slice(from, from + MAX_LINE - 1)}`);
  }
  return `${pieces.join('\n')}\n`;
}
