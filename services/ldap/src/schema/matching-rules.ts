// The matching rules that a filter may name (RFC 4517 §4.2), and what each compares.
import type { Syntax } from './attributes.ts';

export interface MatchingRule {
  readonly name: string;
  readonly oid: string;
  /** Of the values it is for. */
  readonly syntax: Syntax;
  readonly isExact: boolean;
}

type Row = [name: string, oid: string, syntax: Syntax, isExact?: true];

// biome-ignore format: one line a rule
const rows: readonly Row[] = [
  ['objectIdentifierMatch', '2.5.13.0', 'oid'],
  ['distinguishedNameMatch', '2.5.13.1', 'dn'],
  ['caseIgnoreMatch', '2.5.13.2', 'text'],
  ['caseExactMatch', '2.5.13.5', 'text', true],
  ['telephoneNumberMatch', '2.5.13.20', 'phone'],
  ['caseExactIA5Match', '1.3.6.1.4.1.1466.109.114.1', 'text', true],
  ['caseIgnoreIA5Match', '1.3.6.1.4.1.1466.109.114.2', 'text'],
];

export const matchingRules: readonly MatchingRule[] = rows.map(([name, oid, syntax, isExact]) => ({
  ...{ name, oid, syntax },
  isExact: isExact ?? false,
}));

const byName = new Map<string, MatchingRule>();
for (const rule of matchingRules) {
  byName.set(rule.name.toLowerCase(), rule);
  byName.set(rule.oid, rule);
}

export function ruleNamed(nameOrOid: string): MatchingRule | undefined {
  return byName.get(nameOrOid.toLowerCase());
}
