// An entry as filters and answers see it, whatever it is made of.
import type { Dn } from '../protocol/dn.ts';

export interface DirectoryEntry {
  readonly name: Dn;
  readonly dn: string;
  /** Attributes that it may have values of, by their names; the operational ones apart. */
  readonly attributes: readonly string[];
  readonly operational: readonly string[];
  /** Of the attribute with this name; none where it has none. */
  values(attribute: string): readonly string[];
  /** The same as they are compared. */
  folded(attribute: string): readonly string[];
  /** Whether a value of the attribute is this name. */
  hasName(attribute: string, name: Dn): boolean;
}
