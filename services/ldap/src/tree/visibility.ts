// Who sees what of the book: settings `visibility`, `skipGroups` and `access`, and who is hidden. Everything that is answered of an entry goes
// through here, so that what may not be seen is in no answer, whatever is asked.
import { type BookEntry, isHidden } from '../directory/book-entry.ts';

export interface Viewer {
  /** null: nobody has logged in */
  readonly address: string | null;
  /** Whose people are the viewer's own; null: nobody's */
  readonly domain: string | null;
}

export interface VisibilityRules {
  readonly visibility: 'ownDomain' | 'all';
  readonly skipGroups: boolean;
}

export function isVisible(
  entry: BookEntry,
  viewer: Viewer,
  { visibility, skipGroups }: VisibilityRules,
): boolean {
  if (isHidden(entry) || (skipGroups && entry.kind === 'group')) return false;
  return visibility === 'all' || entry.domain === viewer.domain;
}
