// What there is to know of settings as they are stored: the consequences of choices, and what has no effect yet.
import type { AdminProblem } from '@pochtar/bus';
import { cautionsOf, type SectionName, withoutEffect } from '@pochtar/settings';
import type { StoredSection } from '@pochtar/store/settings';
import { problemsOf } from './settings-errors.ts';
import { storedSettings } from './stored-settings.ts';

/** For each section what is to be said of it. `rows` are those of all sections. */
export function remarks(
  rows: ReadonlyMap<string, StoredSection>,
): (section: SectionName) => { cautions?: AdminProblem[] } {
  const settings = storedSettings(rows);
  const cautions = cautionsOf(settings);
  return (section) => {
    const own = cautions.filter(({ section: place, related = [] }) =>
      [place, ...related.map((other) => other.section)].includes(section),
    );
    const found = problemsOf([...own, ...withoutEffect(section, settings[section])]);
    return found.length === 0 ? {} : { cautions: found };
  };
}
