// The bases of the setting, and what a name means below one of them: the base, a unit, an entry of the book.
import { addressKey, parseAddress } from '@pochtar/mail';
import { baseNames } from '@pochtar/settings';
import { contactIdOf } from '@pochtar/store/book';
import { type Dn, dnKey, readDn, rdnKey, type Rdn, writeDn } from '../protocol/dn.ts';
import { typeNamed } from '../schema/attributes.ts';

export type UnitName = 'people' | 'groups';
export const unitNames: readonly UnitName[] = ['people', 'groups'];

export interface Base {
  readonly name: Dn;
  /** As it is written in names of entries. */
  readonly dn: string;
  readonly key: string;
}

export type Place =
  | { kind: 'root' }
  | { kind: 'subschema' }
  | { kind: 'base'; base: Base }
  | { kind: 'unit'; base: Base; unit: UnitName }
  | { kind: 'entry'; base: Base; unit: UnitName; key: string }
  /** Below the part of it that is there; '' when none is. */
  | { kind: 'nothing'; matchedDn: string };

/** The setting `addressBook.baseDn`: names separated by semicolons. */
export function readBases(setting: string): readonly Base[] {
  return baseNames(setting).flatMap((text) => {
    const name = readDn(text);
    return name === null || name.length === 0 ? [] : [{ name, dn: writeDn(name), key: dnKey(name) }];
  });
}

/** `defaultDomain` is that of a name without one. */
export function placeOf(name: Dn, bases: readonly Base[], defaultDomain: string | null): Place {
  if (name.length === 0) return { kind: 'root' };
  const key = dnKey(name);
  if (key === 'cn=subschema') return { kind: 'subschema' };
  const base = baseOf(name, bases);
  if (base === null) return { kind: 'nothing', matchedDn: '' };
  const below = name.slice(0, name.length - base.name.length);
  if (below.length === 0) return { kind: 'base', base };
  const unit = unitNames.find((one) => rdnKey(below.at(-1) as Rdn) === `ou=${one}`);
  if (unit === undefined) return { kind: 'nothing', matchedDn: base.dn };
  if (below.length === 1) return { kind: 'unit', base, unit };
  const entryKey = below.length === 2 ? entryKeyOf(below[0] as Rdn, defaultDomain) : null;
  if (entryKey === null) return { kind: 'nothing', matchedDn: unitDn(base, unit) };
  return { kind: 'entry', base, unit, key: entryKey };
}

/** Of several the one that is itself the lowest. */
function baseOf(name: Dn, bases: readonly Base[]): Base | null {
  let found: Base | null = null;
  for (const base of bases) {
    const { length } = base.name;
    if (length > name.length || length <= (found?.name.length ?? 0)) continue;
    if (dnKey(name.slice(name.length - length)) === base.key) found = base;
  }
  return found;
}

/** External contacts are named by their number, in `uid`: one address may be that of several. */
function entryKeyOf(rdn: Rdn, defaultDomain: string | null): string | null {
  const [first, ...others] = rdn;
  const isUid = others.length === 0 && typeNamed(first?.type ?? '')?.name === 'uid';
  const key = first?.value.toLowerCase() ?? '';
  return isUid && contactIdOf(key) !== null ? key : addressOf(rdn, defaultDomain);
}

/**
 * People and groups are named by their address. People write `uid=anna`, too, as they know it from other servers: in the domain of
 * names without one.
 */
export function addressOf(rdn: Rdn, defaultDomain: string | null): string | null {
  const [first, ...others] = rdn;
  const type = typeNamed(first?.type ?? '')?.name;
  if (first === undefined || others.length > 0 || !(type === 'mail' || type === 'uid' || type === 'cn')) {
    return null;
  }
  const isBare = !first.value.includes('@');
  if (isBare && defaultDomain === null) return null;
  const address = parseAddress(isBare ? `${first.value}@${defaultDomain}` : first.value);
  return address === null ? null : addressKey(address);
}

export function unitDn(base: Base, unit: UnitName): string {
  return `ou=${unit},${base.dn}`;
}
