// What names mean below the bases of the setting. Mail clients ask below the same few names all the time, so that those are
// kept as they were understood, for as long as the setting is the same.
import { readDn } from '../protocol/dn.ts';
import { type Base, type Place, placeOf, readBases } from './bases.ts';

/** Names that are kept, and characters of one. */
const MAX_KEPT = 256;
const MAX_LENGTH = 200;

export class NamesBelow {
  readonly bases: readonly Base[];
  readonly setting: string;
  readonly defaultDomain: string | null;
  readonly #kept = new Map<string, Place>();

  constructor(setting: string, defaultDomain: string | null) {
    this.setting = setting;
    this.defaultDomain = defaultDomain;
    this.bases = readBases(setting);
  }

  /** null: no distinguished name. */
  placeOf(name: string): Place | null {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const dn = readDn(name);
    if (dn === null) return null;
    const place = placeOf(dn, this.bases, this.defaultDomain);
    // Names of entries are as many as there are entries.
    if (place.kind !== 'entry' && place.kind !== 'nothing' && name.length <= MAX_LENGTH) {
      if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
      this.#kept.set(name, place);
    }
    return place;
  }
}

/** One a process: of the setting as it is now, which every operation asks for. */
export class BookNames {
  #last: NamesBelow | undefined;

  below(setting: string, defaultDomain: string | null): NamesBelow {
    const known = this.#last;
    if (known?.setting === setting && known.defaultDomain === defaultDomain) return known;
    this.#last = new NamesBelow(setting, defaultDomain);
    return this.#last;
  }
}
