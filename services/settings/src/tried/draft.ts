// The settings that a mail is tried with: what is saved, a file of a draft over it, and single values over that. A draft of
// everything is no mistake: what nobody decides by here is left out, and named.
import type { AdminError, AskedTryMail } from '@pochtar/bus';
import { isSectionName, type SectionName, type Settings, unknownSection } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { settingsWith } from '../change-settings.ts';
import type { Refusal } from '../context.ts';
import { readSettingsYaml, type SettingsFile, withLines } from '../import-yaml.ts';
import { refusal, refusalOf } from '../settings-errors.ts';

/** What those who are asked decide by. */
export const SECTIONS: readonly SectionName[] = [
  ...(['sending', 'accessLists', 'general', 'dnsbl', 'greylist', 'antivirus'] as const),
  ...(['dkim', 'dlp', 'misc', 'queue', 'relay'] as const),
];

interface Draft {
  ok: true;
  settings: Settings;
  /** Sections that were given and that nobody decides by. */
  unused: string[];
}

export async function draftOf(
  db: Queryable,
  { values, yaml }: Pick<AskedTryMail, 'values' | 'yaml'>,
): Promise<Draft | Refusal> {
  const file = yaml === undefined ? null : readSettingsYaml(yaml);
  if (Array.isArray(file)) return refusalOf(file);
  const changes = [
    ...(file?.changes ?? []),
    ...Object.entries(values).map(([section, patch]) => ({ section, patch, secrets: {} })),
  ];
  const unknown = changes.find(({ section }) => !isSectionName(section));
  if (unknown !== undefined) return refusal([unknownSection(unknown.section.slice(0, 64))]);
  const isUsed = ({ section }: { section: string }): boolean => SECTIONS.some((one) => one === section);
  const unused = [...new Set(changes.filter((one) => !isUsed(one)).map(({ section }) => section))];
  const draft = await settingsWith(db, changes.filter(isUsed));
  return draft.ok ? { ...draft, unused } : lined(draft, file);
}

/** A complaint about what stands in the file names its line. */
function lined({ error }: Refusal, file: SettingsFile | null): Refusal {
  const told: AdminError = file === null ? error : withLines(error, file);
  return { ok: false, error: told };
}
