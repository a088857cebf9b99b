// The object classes of the entries that are served (RFC 4512, RFC 4519, RFC 2247, RFC 2798).

export interface ObjectClass {
  readonly name: string;
  readonly oid: string;
  readonly superior: string | null;
  readonly kind: 'ABSTRACT' | 'STRUCTURAL' | 'AUXILIARY';
  readonly must: readonly string[];
  readonly may: readonly string[];
}

type Row = [
  name: string,
  oid: string,
  superior: string | null,
  kind: ObjectClass['kind'],
  must: string,
  may: string,
];

const PERSON_MAY = [
  'givenName displayName mail mailAlternateAddress uid o ou l title description telephoneNumber mobile homePhone',
  'facsimileTelephoneNumber physicalDeliveryOfficeName street jpegPhoto',
].join(' ');

// biome-ignore format: one line a class
const rows: readonly Row[] = [
  ['top', '2.5.6.0', null, 'ABSTRACT', 'objectClass', ''],
  ['person', '2.5.6.6', 'top', 'STRUCTURAL', 'sn cn', 'telephoneNumber description'],
  ['organizationalPerson', '2.5.6.7', 'person', 'STRUCTURAL', '', 'title ou l street physicalDeliveryOfficeName'],
  ['inetOrgPerson', '2.16.840.1.113730.3.2.2', 'organizationalPerson', 'STRUCTURAL', '', PERSON_MAY],
  ['groupOfNames', '2.5.6.9', 'top', 'STRUCTURAL', 'cn', 'member mail displayName o ou description'],
  ['organizationalUnit', '2.5.6.5', 'top', 'STRUCTURAL', 'ou', 'l description telephoneNumber'],
  ['organization', '2.5.6.4', 'top', 'STRUCTURAL', 'o', 'l description telephoneNumber'],
  ['domain', '0.9.2342.19200300.100.4.13', 'top', 'STRUCTURAL', 'dc', 'o description'],
  ['country', '2.5.6.2', 'top', 'STRUCTURAL', 'c', 'description'],
  ['locality', '2.5.6.3', 'top', 'STRUCTURAL', '', 'l description'],
  ['subschema', '2.5.20.1', 'top', 'AUXILIARY', '', 'objectClasses attributeTypes matchingRules ldapSyntaxes'],
];

export const objectClasses: readonly ObjectClass[] = rows.map(([name, oid, superior, kind, must, may]) => ({
  ...{ name, oid, superior, kind },
  must: must.split(' ').filter((attribute) => attribute !== ''),
  may: may.split(' ').filter((attribute) => attribute !== ''),
}));

const byName = new Map<string, ObjectClass>();
for (const one of objectClasses) {
  byName.set(one.name.toLowerCase(), one);
  byName.set(one.oid, one);
}

/** The class and all that it comes from, the most general one first. */
export function classChain(name: string): readonly string[] {
  const chain: string[] = [];
  for (let next: string | null = name; next !== null; next = classNamed(next)?.superior ?? null) {
    chain.unshift(next);
  }
  return chain;
}

export function classNamed(nameOrOid: string): ObjectClass | undefined {
  return byName.get(nameOrOid.toLowerCase());
}
