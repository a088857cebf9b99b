// The entries that hold the others: each base, and its units of people and of groups.
import type { Rdn } from '../protocol/dn.ts';
import { type Base, type UnitName, unitNames } from './bases.ts';
import { FixedEntry } from './fixed-entry.ts';

/** The class of a base, by the type of its first level. */
const classes: ReadonlyMap<string, string> = new Map([
  ['dc', 'domain'],
  ['domaincomponent', 'domain'],
  ['o', 'organization'],
  ['ou', 'organizationalUnit'],
  ['c', 'country'],
  ['l', 'locality'],
]);
const attributeOf: Readonly<Record<string, string>> = { domaincomponent: 'dc' };

/** As long as the base is the same, they are: nearly every search looks at them. */
const madeBases = new WeakMap<Base, FixedEntry>();
const madeUnits = new WeakMap<Base, Map<UnitName, FixedEntry>>();

export function baseEntry(base: Base): FixedEntry {
  const known = madeBases.get(base);
  if (known !== undefined) return known;
  const made = makeBaseEntry(base);
  madeBases.set(base, made);
  return made;
}

function makeBaseEntry(base: Base): FixedEntry {
  const [first] = base.name[0] as Rdn;
  const type = first?.type.toLowerCase() ?? '';
  const attribute = attributeOf[type] ?? type;
  return new FixedEntry(base.name, classes.get(type) ?? 'top', {
    ...(first !== undefined && { [attribute]: [first.value] }),
    hasSubordinates: ['TRUE'],
  });
}

export function unitEntry(base: Base, unit: UnitName): FixedEntry {
  const units = madeUnits.get(base) ?? new Map<UnitName, FixedEntry>();
  madeUnits.set(base, units);
  const made = units.get(unit) ?? makeUnitEntry(base, unit);
  units.set(unit, made);
  return made;
}

function makeUnitEntry(base: Base, unit: UnitName): FixedEntry {
  const name = [[{ type: 'ou', value: unit }], ...base.name];
  return new FixedEntry(name, 'organizationalUnit', { ou: [unit], hasSubordinates: ['TRUE'] });
}

/** `skipGroups`: there are no groups to hold. */
export function unitsOf(base: Base, skipGroups: boolean): FixedEntry[] {
  return unitNames.filter((unit) => !(skipGroups && unit === 'groups')).map((unit) => unitEntry(base, unit));
}
