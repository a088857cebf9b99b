// Surname and given name of a person of whom nothing but the name as a whole is known.

import { trimBlanks } from './blanks.ts';

/** The last word of a name, as most of Europe writes it; a name with a comma has the surname in front. */
export function lastName(name: string): string {
  const comma = name.indexOf(',');
  if (comma > 0) return trimBlanks(name.slice(0, comma));
  return name.slice(name.lastIndexOf(' ') + 1);
}

/** What stands in front of it; '' when there is nothing. */
export function firstNames(name: string): string {
  const comma = name.indexOf(',');
  if (comma > 0) return trimBlanks(name.slice(comma + 1));
  return trimBlanks(name.slice(0, Math.max(0, name.lastIndexOf(' '))));
}
