// What a change does to the fields of a section, for people who review it.
import type { SettingsFieldChange } from '@pochtar/bus';
import { describeSection, type SectionName, text } from '@pochtar/settings';
import { differences } from './differences.ts';

export interface SecretInput {
  /** New values; null removes. */
  given: Readonly<Record<string, string | null>>;
  /** Which secrets are set now. */
  present: Readonly<Record<string, boolean>>;
}

export function fieldChanges(
  section: SectionName,
  before: object | undefined,
  after: object,
  _secrets?: SecretInput,
): SettingsFieldChange[] {
  const { fields } = describeSection(section);
  return differences(before, after).map(({ field, before: old, after: now }) => ({
    kind: 'value',
    section,
    field,
    label: fields.find(({ name }) => name === field)?.label ?? text(field, field),
    before: text(old, old),
    after: text(now, now),
  }));
}
