// What a change does to the fields of a section, for people who review it.
import type { SettingsFieldChange } from '@pochtar/bus';
import { describeSection, type SectionName } from '@pochtar/settings';
import { diffDocuments, type SecretInput } from '@pochtar/settings/forms';

/** Entries of one list that are told; a list may have thousands, and the answer has to fit into one message. */
const MAX_ENTRIES = 200;

export function fieldChanges(
  section: SectionName,
  before: object | undefined,
  after: object,
  { secrets, most = MAX_ENTRIES }: { secrets?: SecretInput | undefined; most?: number } = {},
): SettingsFieldChange[] {
  return diffDocuments({ ...before }, { ...after }, describeSection(section), secrets).map((change) => {
    if (change.kind !== 'list') return change;
    const { added, removed, altered, ...rest } = change;
    const all = added.length + removed.length + altered.length;
    const told = {
      added: added.slice(0, most),
      removed: removed.slice(0, most),
      altered: altered.slice(0, most),
    };
    const omitted = all - told.added.length - told.removed.length - told.altered.length;
    return { ...rest, ...told, ...(omitted > 0 && { omitted }) };
  });
}
