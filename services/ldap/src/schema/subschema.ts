// The schema as clients read it (RFC 4512 §4.1): the values of the subschema entry.
import { type AttributeType, attributeTypes, type Syntax } from './attributes.ts';
import { matchingRules } from './matching-rules.ts';
import { type ObjectClass, objectClasses } from './object-classes.ts';

const DIRECTORY_STRING = '1.3.6.1.4.1.1466.115.121.1.15';
const DISTINGUISHED_NAME = '1.3.6.1.4.1.1466.115.121.1.12';
const OID = '1.3.6.1.4.1.1466.115.121.1.38';
const TELEPHONE_NUMBER = '1.3.6.1.4.1.1466.115.121.1.50';
const JPEG = '1.3.6.1.4.1.1466.115.121.1.28';

const syntaxOids: Readonly<Record<Syntax, string>> = {
  text: DIRECTORY_STRING,
  phone: TELEPHONE_NUMBER,
  jpeg: JPEG,
  dn: DISTINGUISHED_NAME,
  oid: OID,
};
const matching: Readonly<Record<Syntax, string | null>> = {
  text: 'EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch',
  phone: 'EQUALITY telephoneNumberMatch SUBSTR telephoneNumberSubstringsMatch',
  dn: 'EQUALITY distinguishedNameMatch',
  oid: 'EQUALITY objectIdentifierMatch',
  jpeg: null,
};

export const subschema: Readonly<Record<string, readonly string[]>> = {
  objectClasses: objectClasses.map(classDefinition),
  attributeTypes: attributeTypes.map(typeDefinition),
  matchingRules: matchingRules.map(
    ({ oid, name, syntax }) => `( ${oid} NAME '${name}' SYNTAX ${syntaxOids[syntax]} )`,
  ),
  ldapSyntaxes: [
    `( ${DIRECTORY_STRING} DESC 'Directory String' )`,
    `( ${TELEPHONE_NUMBER} DESC 'Telephone Number' )`,
    `( ${JPEG} DESC 'JPEG' )`,
    `( ${DISTINGUISHED_NAME} DESC 'DN' )`,
    `( ${OID} DESC 'OID' )`,
  ],
};

// RFC 4512 §4.1.1.
function classDefinition({ name, oid, superior, kind, must, may }: ObjectClass): string {
  return definition([
    oid,
    `NAME '${name}'`,
    superior === null ? null : `SUP ${superior}`,
    kind,
    must.length === 0 ? null : `MUST ( ${must.join(' $ ')} )`,
    may.length === 0 ? null : `MAY ( ${may.join(' $ ')} )`,
  ]);
}

// RFC 4512 §4.1.2. Matching rules are named by each type, so that no reader has to follow supertypes.
function typeDefinition({ name, oid, aliases, syntax, isSingle, isOperational }: AttributeType): string {
  // A descriptor has letters, digits and hyphens.
  const names = [name, ...aliases].map((one) => `'${one}'`);
  return definition([
    oid,
    names.length === 1 ? `NAME ${names[0]}` : `NAME ( ${names.join(' ')} )`,
    matching[syntax],
    `SYNTAX ${syntaxOids[syntax]}`,
    isSingle ? 'SINGLE-VALUE' : null,
    isOperational ? 'NO-USER-MODIFICATION USAGE directoryOperation' : null,
  ]);
}

function definition(parts: readonly (string | null)[]): string {
  return `( ${parts.filter((part) => part !== null).join(' ')} )`;
}
