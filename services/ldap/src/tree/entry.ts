// An entry as filters and answers see it, whatever it is made of.
import type { Dn } from '../protocol/dn.ts';

export interface DirectoryEntry {
  readonly name: Dn;
  readonly dn: string;
  /** Attributes that it may have values of, by their names; the operational ones apart. */
  readonly attributes: readonly string[];
  readonly operational: readonly string[];
  /** Whether it has a value of the attribute, one that is not kept in memory too. */
  has(attribute: string): boolean;
  /** Of the attribute with this name; none where it has none, or where they are not kept in memory. */
  values(attribute: string): readonly string[];
  /** The same as they are compared. */
  folded(attribute: string): readonly string[];
  /** Whose photo it has; null: nobody's. */
  readonly photoOf: string | null;
  /** Whether a value of the attribute is this name. */
  hasName(attribute: string, name: Dn): boolean;
}
