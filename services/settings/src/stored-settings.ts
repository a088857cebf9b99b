// All settings as they are stored; a section without a row, or with one that nobody could apply, by its defaults.
import {
  defaultDocument,
  readStored,
  type SectionName,
  type Settings,
  sectionNames,
} from '@pochtar/settings';
import type { StoredSection } from '@pochtar/store/settings';

export function storedSettings(rows: ReadonlyMap<string, StoredSection>): Settings {
  return Object.fromEntries(sectionNames.map((name) => [name, documentOf(name, rows.get(name))])) as Settings;
}

function documentOf(name: SectionName, row: StoredSection | undefined): Settings[SectionName] {
  const stored = readStored(name, row?.document ?? {});
  return stored.ok ? stored.value : defaultDocument(name);
}
