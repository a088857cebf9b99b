// Which entries have the text that was typed and were not found all the same, and why: for who administers the book.
import type { BookProgram, TriedBook } from '@pochtar/bus';
import { type BookEntry, commonName, isHidden, keyOf } from '../directory/book-entry.ts';
import type { Filter } from '../protocol/filter.ts';
import { Patience } from '../search/patience.ts';
import { scan } from '../search/scan.ts';
import type { Server } from '../server.ts';
import type { Surroundings } from '../tree/book-view.ts';
import type { Viewer } from '../tree/visibility.ts';
import { containing } from './queries.ts';

type Absent = TriedBook['absent'][number];

export interface Missing {
  readonly text: string;
  readonly program: BookProgram;
  readonly viewer: Viewer;
  readonly around: Surroundings;
  /** Keys of what was found. */
  readonly found: ReadonlySet<string>;
  /** null: all. */
  readonly domains: ReadonlySet<string> | null;
  readonly most: number;
}

export async function absentFrom(server: Server, missing: Missing): Promise<Absent[]> {
  const { text, program, around, found, domains, most } = missing;
  const names = ['mail', 'mailAlternateAddress', 'cn', 'sn', 'givenName'];
  const filter: Filter = { kind: 'or', parts: names.map((attribute) => containing(attribute, text)) };
  const absent: Absent[] = [];
  const isMeant = (entry: BookEntry): boolean =>
    !found.has(keyOf(entry)) && (domains === null || domains.has(entry.domain));
  const patience = new Patience(0, AbortSignal.timeout(MAX_MS));
  await scan({ book: server.book, filter, around, isMeant, patience, after: -1 }, ({ entry }) => {
    const why = whyAbsent(server, entry, missing);
    // A list shows a window of everything, whatever was typed.
    if (program === 'outlookList' && why === 'notAskedFor') return true;
    absent.push({ address: entry.address, name: commonName(entry), why });
    return absent.length < most;
  });
  return absent;
}

const MAX_MS = 10_000;

function whyAbsent({ settings }: Server, entry: BookEntry, { viewer }: Missing): Absent['why'] {
  const { visibility, skipGroups } = settings.current('addressBook');
  if (isHidden(entry)) return 'hidden';
  if (skipGroups && entry.kind === 'group') return 'skipGroups';
  if (visibility === 'ownDomain' && entry.domain !== viewer.domain) return 'otherDomain';
  return 'notAskedFor';
}
