// The tree as one session sees it now: the bases of the setting, and what its viewer may see below them. Made anew for
// every operation, so that settings and log-ins count from the next one on.
import { canStartTls, channelBindings, isLoginAllowed, offeredScram } from '@pochtar/service';
import type { BookEntry } from '../directory/book-entry.ts';
import type { SearchSession } from '../operation.ts';
import { Refused } from '../protocol/result.ts';
import { type Base, type Place, unitDn } from './bases.ts';
import { BookView, type Surroundings, unitOf } from './book-view.ts';
import type { DirectoryEntry } from './entry.ts';
import { rootDse, subschemaEntry } from './root-dse.ts';
import { baseEntry, unitEntry } from './structure.ts';
import { NamesBelow } from './names-below.ts';
import { viewerOf } from './viewer.ts';
import { isVisible, type Viewer, type VisibilityRules } from './visibility.ts';

const NOWHERE = new NamesBelow('', null);

export class Tree {
  readonly bases: readonly Base[];
  readonly skipGroups: boolean;
  readonly #session: SearchSession;
  readonly #rules: VisibilityRules;
  readonly #viewer: Viewer | null;
  readonly #defaultDomain: string | null;
  readonly #names: NamesBelow;

  private constructor(session: SearchSession) {
    const { settings } = session.server;
    const { baseDn, access, publishToWebmail, ...rules } = settings.current('addressBook');
    this.#session = session;
    this.#rules = rules;
    this.skipGroups = rules.skipGroups;
    this.#defaultDomain = settings.current('general').defaultDomain;
    // What is not for the web mail is not there for it: no base, so that it finds none either where it looks for them.
    const isThere = publishToWebmail || !session.isWebmail;
    this.#viewer = viewerOf(session, access, this.#defaultDomain);
    this.#names = isThere ? session.server.names.below(baseDn, this.#defaultDomain) : NOWHERE;
    this.bases = this.#names.bases;
  }

  static of(session: SearchSession): Tree {
    return new Tree(session);
  }

  /** Whether more than the root may be looked at. */
  get mayLook(): boolean {
    return this.#viewer !== null;
  }

  logInFirst(): Refused {
    return new Refused('insufficientAccessRights', 'log in first: bind with your address and password');
  }

  /** What a name means. Throws for one that is none, and for a place that may not be looked at. */
  placeOf(name: string): Exclude<Place, { kind: 'nothing' }> {
    const place = this.#names.placeOf(name);
    if (place === null) throw new Refused('invalidDnSyntax', 'the name is no distinguished name');
    if (place.kind === 'root') return place;
    // Before it is said what there is and what not.
    if (!this.mayLook) throw this.logInFirst();
    if (place.kind === 'nothing') throw nothingThere(place.matchedDn);
    if ('unit' in place && place.unit === 'groups' && this.skipGroups) throw nothingThere(place.base.dn);
    return place;
  }

  /** The entry with this name. Throws when there is none that may be seen. */
  entryAt(name: string): DirectoryEntry {
    const place = this.placeOf(name);
    switch (place.kind) {
      case 'root':
        return this.root();
      case 'subschema':
        return subschemaEntry();
      case 'base':
        return baseEntry(place.base);
      case 'unit':
        return unitEntry(place.base, place.unit);
      case 'entry':
        return this.bookEntry(place);
    }
  }

  root(): DirectoryEntry {
    const { server, socket } = this.#session;
    const scram = offeredScram(server.scram, channelBindings(socket));
    // Where a password would travel in clear against the setting, no way to log in is offered.
    const mechanisms = isLoginAllowed(this.#session) ? [...scram, 'PLAIN'] : [];
    return rootDse(this.bases, { canStartTls: canStartTls(this.#session), mechanisms });
  }

  bookEntry({ base, unit, key }: Extract<Place, { kind: 'entry' }>): BookView {
    const entry = this.#session.server.book.find(key);
    if (entry === undefined || !this.sees(entry) || unitOf(entry) !== unit)
      throw nothingThere(unitDn(base, unit));
    return new BookView(entry, this.around(base));
  }

  /** Whether the viewer may see it. */
  sees(entry: BookEntry): boolean {
    return this.#viewer !== null && isVisible(entry, this.#viewer, this.#rules);
  }

  around(base: Base): Surroundings {
    const { book } = this.#session.server;
    return {
      base,
      visible: (address) => this.#visible(address),
      addressAt: (key) => book.find(key)?.address ?? key,
    };
  }

  /** The person or the group whose address it is, or else a contact. */
  #visible(address: string): BookEntry | null {
    const { book } = this.#session.server;
    const own = book.find(address);
    if (own !== undefined && this.sees(own)) return own;
    return book.withAddress(address).find((entry) => this.sees(entry)) ?? null;
  }
}

function nothingThere(matchedDn: string): Refused {
  return new Refused('noSuchObject', 'there is no such entry', matchedDn);
}
