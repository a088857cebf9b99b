// The root of the tree: what this server is and can do (RFC 4512 §5.1). Everybody may read it.
import { LIST_VIEW } from '../protocol/controls/list-view.ts';
import { MANAGE_DSA_IT } from '../protocol/controls/manage-dsa-it.ts';
import { PAGING } from '../protocol/controls/paging.ts';
import { SORTING } from '../protocol/controls/sorting.ts';
import { extendedOids } from '../protocol/extended-oids.ts';
import { subschema } from '../schema/subschema.ts';
import type { Base } from './bases.ts';
import { FixedEntry } from './fixed-entry.ts';

// RFC 3673 §2: all operational attributes by `+`; RFC 4526 §2: true and false filters.
const FEATURES = ['1.3.6.1.4.1.4203.1.5.1', '1.3.6.1.4.1.4203.1.5.3'];

export interface Abilities {
  readonly canStartTls: boolean;
  readonly mechanisms: readonly string[];
}

/** The last one of each list of bases: clients ask for it again and again, and it is dearer to make than to send. */
const last = new WeakMap<readonly Base[], { abilities: string; made: FixedEntry }>();

export function rootDse(bases: readonly Base[], abilities: Abilities): FixedEntry {
  const key = `${abilities.canStartTls} ${abilities.mechanisms.join(' ')}`;
  const known = last.get(bases);
  if (known?.abilities === key) return known.made;
  const made = makeRootDse(bases, abilities);
  last.set(bases, { abilities: key, made });
  return made;
}

function makeRootDse(bases: readonly Base[], { canStartTls, mechanisms }: Abilities): FixedEntry {
  const { startTls, whoAmI, cancel } = extendedOids;
  return new FixedEntry([], 'top', {
    namingContexts: bases.map(({ dn }) => dn),
    supportedLDAPVersion: ['3'],
    supportedControl: [PAGING, SORTING, LIST_VIEW, MANAGE_DSA_IT],
    supportedExtension: [...(canStartTls ? [startTls] : []), whoAmI, cancel],
    supportedFeatures: FEATURES,
    supportedSASLMechanisms: mechanisms,
    vendorName: ['Pochtar'],
  });
}

// RFC 4512 §4.2.
export function subschemaEntry(): FixedEntry {
  return new FixedEntry([[{ type: 'cn', value: 'subschema' }]], 'subschema', {
    cn: ['subschema'],
    ...subschema,
  });
}
