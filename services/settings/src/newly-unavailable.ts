// What a change asks for that nothing acts on in this version. What is stored already (an earlier release allowed it, or
// a revision was brought back) does not stand in the way of other changes of its section.
import { type SectionName, type Settings, type SettingsError, unavailable } from '@pochtar/settings';

export function newlyUnavailable<N extends SectionName>(
  name: N,
  wanted: Settings[N],
  stored: Settings[N],
): SettingsError[] {
  const known = new Set(unavailable(name, stored).map(({ field }) => choiceAt(stored, field)));
  return unavailable(name, wanted).filter(({ field }) => !known.has(choiceAt(wanted, field)));
}

/** The field with its value; lines of a list count wherever they stand. */
function choiceAt(document: unknown, path: string): string {
  let value = document;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return `${path.replaceAll(/\d+/g, '*')} ${JSON.stringify(value)}`;
}
