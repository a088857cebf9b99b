// Base and scope of a search as what there is to look through: entries that are not of the book, and which of the book.
import type { BookEntry } from '../directory/book-entry.ts';
import type { Scope, SearchRequest } from '../protocol/request.ts';
import type { Base, UnitName } from '../tree/bases.ts';
import { unitOf } from '../tree/book-view.ts';
import type { DirectoryEntry } from '../tree/entry.ts';
import { baseEntry, unitEntry, unitsOf } from '../tree/structure.ts';
import type { Tree } from '../tree/tree.ts';

export interface Area {
  readonly entries: readonly DirectoryEntry[];
  /** Under which the entries of the book are named; null: none of them is looked at. */
  readonly base: Base | null;
  readonly isMeant: (entry: BookEntry) => boolean;
}

/** Throws for a base that is not there or may not be looked at. */
export function areaOf({ base: name, scope }: Pick<SearchRequest, 'base' | 'scope'>, tree: Tree): Area {
  const place = tree.placeOf(name);
  switch (place.kind) {
    case 'root':
      return scope === 'base' ? only([tree.root()]) : belowRoot(scope, tree);
    case 'base':
      return belowBase(place.base, scope, tree);
    case 'unit': {
      const entries = scope === 'one' ? [] : [unitEntry(place.base, place.unit)];
      return scope === 'base' ? only(entries) : withBook(entries, place.base, tree, place.unit);
    }
    case 'subschema':
    case 'entry': {
      // Also where nothing below it is asked for: it has to be there.
      const entry = tree.entryAt(name);
      return only(scope === 'one' ? [] : [entry]);
    }
  }
}

/** Many clients leave the base empty: what they mean is the first one of the setting. */
function belowRoot(scope: Scope, tree: Tree): Area {
  const [first] = tree.bases;
  if (!tree.mayLook) throw tree.logInFirst();
  if (scope === 'one') return only(tree.bases.map(baseEntry));
  return first === undefined ? only([]) : belowBase(first, scope, tree);
}

function belowBase(base: Base, scope: Scope, tree: Tree): Area {
  if (scope === 'base') return only([baseEntry(base)]);
  const units = unitsOf(base, tree.skipGroups);
  return scope === 'one' ? only(units) : withBook([baseEntry(base), ...units], base, tree);
}

function only(entries: readonly DirectoryEntry[]): Area {
  return { entries, base: null, isMeant: () => false };
}

function withBook(entries: readonly DirectoryEntry[], base: Base, tree: Tree, unit?: UnitName): Area {
  const isMeant = (entry: BookEntry): boolean =>
    (unit === undefined || unitOf(entry) === unit) && tree.sees(entry);
  return { entries, base, isMeant };
}
