// The attribute types of the book, with the other names that mail clients ask for them by (RFC 4519, RFC 2798, RFC 4524).
// What stands in no row is not there for anybody: a filter on it is neither true nor false, and no list of attributes
// brings it.
import { fold, foldPhone } from './fold.ts';

/** How values are compared: as texts, as telephone numbers, as names of entries or of classes, or not at all. */
export type Syntax = 'text' | 'phone' | 'dn' | 'oid' | 'jpeg';

/** The attribute whose values are not kept in memory. */
export const PHOTO = 'jpegPhoto';

export interface AttributeType {
  readonly name: string;
  readonly oid: string;
  readonly aliases: readonly string[];
  readonly syntax: Syntax;
  /** RFC 4512 §3.4: of the server, and only sent when asked for. */
  readonly isOperational: boolean;
  readonly isSingle: boolean;
  /** RFC 4519 §2.18: a subtype of `name`. */
  readonly isName: boolean;
}

type Row = [name: string, oid: string, aliases?: string, marks?: string];

// The third column: aliases. The fourth: n a subtype of name, d a DN, o an OID, t a telephone
// number, j a JPEG, s single-valued, + operational.
// biome-ignore format: one line an attribute
const rows: readonly Row[] = [
  ['objectClass', '2.5.4.0', '', 'o'],
  ['cn', '2.5.4.3', 'commonName', 'n'],
  ['sn', '2.5.4.4', 'surname', 'n'],
  ['givenName', '2.5.4.42', 'gn', 'n'],
  ['displayName', '2.16.840.1.113730.3.1.241', 'display-name', 's'],
  ['mail', '0.9.2342.19200300.100.1.3', 'rfc822Mailbox primaryMail'],
  ['mailAlternateAddress', '2.16.840.1.113730.3.1.13', 'mozillaSecondEmail xmozillasecondemail otherMailbox'],
  ['uid', '0.9.2342.19200300.100.1.1', 'userid mailNickname mozillaNickname xmozillanickname'],
  ['o', '2.5.4.10', 'organizationName company', 'n'],
  ['ou', '2.5.4.11', 'organizationalUnitName department departmentNumber orgunit', 'n'],
  ['dc', '0.9.2342.19200300.100.1.25', 'domainComponent', 's'],
  ['c', '2.5.4.6', 'countryName', 'ns'],
  ['l', '2.5.4.7', 'localityName', 'n'],
  ['title', '2.5.4.12', '', 'n'],
  ['description', '2.5.4.13', 'notes info'],
  ['telephoneNumber', '2.5.4.20', '', 't'],
  ['mobile', '0.9.2342.19200300.100.1.41', 'mobileTelephoneNumber cellPhone carPhone', 't'],
  ['homePhone', '0.9.2342.19200300.100.1.20', 'homeTelephoneNumber', 't'],
  ['facsimileTelephoneNumber', '2.5.4.23', 'fax', 't'],
  ['physicalDeliveryOfficeName', '2.5.4.19', 'roomNumber'],
  ['street', '2.5.4.9', 'streetAddress postalAddress mozillaWorkStreet'],
  [PHOTO, '0.9.2342.19200300.100.1.60', 'thumbnailPhoto', 'j'],
  ['member', '2.5.4.31', '', 'd'],
  ['entryDN', '1.3.6.1.1.20', '', 'ds+'],
  ['structuralObjectClass', '2.5.21.9', '', 'os+'],
  ['hasSubordinates', '2.5.18.9', '', 's+'],
  ['subschemaSubentry', '2.5.18.10', '', 'ds+'],
  ['namingContexts', '1.3.6.1.4.1.1466.101.120.5', '', 'd+'],
  ['supportedLDAPVersion', '1.3.6.1.4.1.1466.101.120.15', '', '+'],
  ['supportedControl', '1.3.6.1.4.1.1466.101.120.13', '', 'o+'],
  ['supportedExtension', '1.3.6.1.4.1.1466.101.120.7', '', 'o+'],
  ['supportedFeatures', '1.3.6.1.4.1.4203.1.3.5', '', 'o+'],
  ['supportedSASLMechanisms', '1.3.6.1.4.1.1466.101.120.14', '', '+'],
  ['vendorName', '1.3.6.1.1.4', '', 's+'],
  ['objectClasses', '2.5.21.6', '', '+'],
  ['attributeTypes', '2.5.21.5', '', '+'],
  ['matchingRules', '2.5.21.4', '', '+'],
  ['ldapSyntaxes', '1.3.6.1.4.1.1466.101.120.16', '', '+'],
];

export const attributeTypes: readonly AttributeType[] = rows.map(([name, oid, aliases = '', marks = '']) => ({
  name,
  oid,
  aliases: aliases.split(' ').filter((alias) => alias !== ''),
  syntax: syntaxOf(marks),
  isOperational: marks.includes('+'),
  isSingle: marks.includes('s'),
  isName: marks.includes('n'),
}));

function syntaxOf(marks: string): Syntax {
  const letter = /[dotj]/.exec(marks)?.[0];
  return letter === undefined
    ? 'text'
    : ({ d: 'dn', o: 'oid', t: 'phone', j: 'jpeg' } as const)[letter as 'd'];
}

const byName = new Map<string, AttributeType>();
for (const type of attributeTypes) {
  for (const name of [type.name, type.oid, ...type.aliases]) byName.set(name.toLowerCase(), type);
}
const names = attributeTypes.filter(({ isName }) => isName);

/**
 * What a description means: a type, or the subtypes of `name`; none when nothing has such a one.
 * RFC 4512 §2.5: one with options that are not known is not known, and none are.
 */
export function typesOf(description: string): readonly AttributeType[] {
  const key = description.toLowerCase();
  if (key === 'name' || key === '2.5.4.41') return names;
  const type = byName.get(key);
  return type === undefined ? [] : [type];
}

/** How a value of the attribute, or one that is looked for, is compared. */
export function foldAs(attribute: string): (value: string) => string {
  return byName.get(attribute.toLowerCase())?.syntax === 'phone' ? foldPhone : fold;
}

export function typeNamed(description: string): AttributeType | undefined {
  return byName.get(description.toLowerCase());
}
