// Which attributes of an entry are sent, and under which names (RFC 4511 §4.5.1.8). Who asks by another name of an attribute
// is answered by that one: a mail client looks for the name it asked for.
import type { FoundAttribute } from '../protocol/response.ts';
import { PHOTO, typeNamed, typesOf } from '../schema/attributes.ts';
import type { DirectoryEntry } from '../tree/entry.ts';

export interface Selection {
  /** By the name of the attribute, the name it is sent under. */
  readonly named: ReadonlyMap<string, string>;
  readonly allUser: boolean;
  /** RFC 3673 §2: `+`. */
  readonly allOperational: boolean;
  readonly typesOnly: boolean;
}

/** RFC 4511 §4.5.1.8: no attribute at all. */
const NO_ATTRIBUTES = '1.1';

/** By the list itself: of the lists that are kept (request.ts), what they mean is kept with them. */
const known = new WeakMap<readonly string[], Selection>();

export function selectionOf(attributes: readonly string[], typesOnly: boolean): Selection {
  const kept = known.get(attributes);
  if (kept?.typesOnly === typesOnly) return kept;
  const made = makeSelection(attributes, typesOnly);
  known.set(attributes, made);
  return made;
}

function makeSelection(attributes: readonly string[], typesOnly: boolean): Selection {
  const named = new Map<string, string>();
  for (const attribute of attributes) {
    if (attribute === NO_ATTRIBUTES) continue;
    for (const { name } of typesOf(attribute)) {
      if (!named.has(name)) named.set(name, sentName(attribute, name));
    }
  }
  return {
    named,
    allUser: attributes.length === 0 || attributes.includes('*'),
    allOperational: attributes.includes('+'),
    typesOnly,
  };
}

/** As the schema spells what was asked for. */
function sentName(asked: string, name: string): string {
  const key = asked.toLowerCase();
  return typeNamed(asked)?.aliases.find((alias) => alias.toLowerCase() === key) ?? name;
}

/** Whose photo has to be brought before the entry can be sent; null: nobody's. */
export function wantedPhoto(entry: DirectoryEntry, { named, allUser, typesOnly }: Selection): string | null {
  return !typesOnly && (allUser || named.has(PHOTO)) ? entry.photoOf : null;
}

/** `photo` is the one that was wanted, if it is there still. */
export function selected(
  entry: DirectoryEntry,
  selection: Selection,
  photo: Buffer | null,
): FoundAttribute[] {
  const { named, allUser, allOperational, typesOnly } = selection;
  const found: FoundAttribute[] = [];
  for (const [attribute, name] of named) add(found, { entry, photo, typesOnly, attribute, name });
  if (!allUser && !allOperational) return found;
  const others = [...(allUser ? entry.attributes : []), ...(allOperational ? entry.operational : [])];
  for (const attribute of others) {
    if (!named.has(attribute)) add(found, { entry, photo, typesOnly, attribute, name: attribute });
  }
  return found;
}

interface Wanted {
  readonly entry: DirectoryEntry;
  readonly photo: Buffer | null;
  readonly typesOnly: boolean;
  readonly attribute: string;
  readonly name: string;
}

function add(found: FoundAttribute[], { entry, photo, typesOnly, attribute, name }: Wanted): void {
  if (typesOnly) {
    if (entry.has(attribute)) found.push({ name, values: [] });
    return;
  }
  const values = attribute === PHOTO && photo !== null ? [photo] : entry.values(attribute);
  if (values.length > 0) found.push({ name, values });
}
