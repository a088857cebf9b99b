// Entries that are not of the book: the bases, their units, the root and the schema.
import { type Dn, dnKey, readDn, writeDn } from '../protocol/dn.ts';
import { foldAs, typeNamed } from '../schema/attributes.ts';
import { classChain } from '../schema/object-classes.ts';
import type { DirectoryEntry } from './entry.ts';

export const SUBSCHEMA_DN = 'cn=subschema';

export class FixedEntry implements DirectoryEntry {
  readonly name: Dn;
  readonly attributes: readonly string[];
  readonly operational: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** `structural` is the class that says what it is. */
  constructor(name: Dn, structural: string, values: Readonly<Record<string, readonly string[]>>) {
    this.name = name;
    this.#values = new Map(
      Object.entries({
        objectClass: classChain(structural),
        ...values,
        structuralObjectClass: [structural],
        entryDN: [writeDn(name)],
        subschemaSubentry: [SUBSCHEMA_DN],
      }),
    );
    const names = [...this.#values.keys()];
    const isOperational = (attribute: string) => typeNamed(attribute)?.isOperational === true;
    this.operational = names.filter(isOperational);
    this.attributes = names.filter((attribute) => !isOperational(attribute));
  }

  get dn(): string {
    return writeDn(this.name);
  }

  readonly photoOf = null;

  has(attribute: string): boolean {
    return this.#values.has(attribute);
  }

  values(attribute: string): readonly string[] {
    return this.#values.get(attribute) ?? [];
  }

  folded(attribute: string): readonly string[] {
    return this.values(attribute).map(foldAs(attribute));
  }

  hasName(attribute: string, name: Dn): boolean {
    const key = dnKey(name);
    return this.values(attribute).some((value) => dnKey(readDn(value) ?? []) === key);
  }
}
