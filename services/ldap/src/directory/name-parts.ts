// Surname and given name of a person: as they were given, or taken from the display name. Those that were given are words
// of the display name nearly always (Иванов Иван Иванович), so that only their places need to be kept.
import { fold } from '../schema/fold.ts';

/** Which words of a name: from the first, counted from 0, up to before the second. */
export interface Words {
  readonly from: number;
  readonly to: number;
}

/** Words of a name that are looked through. */
export const MAX_WORDS = 15;

/** null: it is no part of the name, both as it is written and as it is compared. */
export function placeInName(part: string, name: string, foldedName: string): Words | null {
  const [written, folded] = [wordsOf(name), foldedName.split(' ')];
  if (written.length !== folded.length) return null;
  const { length } = wordsOf(part);
  for (let from = 0; from + length <= Math.min(written.length, MAX_WORDS); from++) {
    const [of, to] = [written.slice(from, from + length).join(' '), from + length];
    if (of === part && folded.slice(from, to).join(' ') === fold(part)) return { from, to };
  }
  return null;
}

/** Of a name as it is written or as it is compared. */
export function wordsAt(name: string, { from, to }: Words): string {
  return wordsOf(name).slice(from, to).join(' ');
}

function wordsOf(name: string): string[] {
  return name.trim().split(/\s+/);
}
