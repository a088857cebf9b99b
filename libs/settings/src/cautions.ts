/** Choices that are allowed, and that an administrator should know the consequence of. */
import { catalogue, type SectionName, type Settings, sectionNames } from './catalogue.ts';
import { complaint, fieldName, withFieldNames } from './place.ts';
import type { Finding } from './section.ts';
import { type SettingsCaution, text } from './text.ts';

/** The cautions of all sections and between them, for documents that are each valid. */
export function cautionsOf(settings: Settings): SettingsCaution[] {
  return [...sectionNames.flatMap((name) => ofSection(name, settings)), ...scanSize(settings)];
}

function ofSection(name: SectionName, settings: Settings): SettingsCaution[] {
  const find = catalogue[name].cautions as (document: Settings[SectionName]) => readonly Finding[];
  return find(settings[name]).map(({ field, code, message, related }) =>
    complaint({ section: name, field }, code, withFieldNames(name, message), related),
  );
}

/** Mail that is accepted and too large to be scanned is held, or goes unscanned. */
function scanSize({ antivirus, sending }: Settings): SettingsCaution[] {
  const { maxScanSizeMb } = antivirus;
  const { maxMessageSizeMb } = sending;
  if (maxScanSizeMb >= maxMessageSizeMb) return [];
  const accepted = { section: 'sending', field: 'maxMessageSizeMb' };
  const name = fieldName(accepted);
  const message = text(
    `письма от ${maxScanSizeMb} до ${maxMessageSizeMb} Мб принимаются, но не проверяются: увеличьте до ${maxMessageSizeMb} или уменьшите ${name.ru}`,
    `mail from ${maxScanSizeMb} to ${maxMessageSizeMb} MB is accepted and cannot be scanned: raise it to ${maxMessageSizeMb}, or lower ${name.en}`,
  );
  return [
    complaint({ section: 'antivirus', field: 'maxScanSizeMb' }, 'scansLessThanAccepted', message, [accepted]),
  ];
}
