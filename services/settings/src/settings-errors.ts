// Complaints about changes of settings, as the asker gets them.
import { refused } from '@pochtar/bus';
import { catalogue, type SectionName, type SettingsError, text } from '@pochtar/settings';
import type { StoredSection } from '@pochtar/store/settings';
import type { Refusal } from './context.ts';

const MAX_SHOWN = 50;

/** All complaints; the first one stands for them. Fields are named `section.field`. */
export function refusal(errors: readonly SettingsError[]): Refusal {
  const problems = errors.slice(0, MAX_SHOWN).map((error) => ({
    code: error.code,
    section: error.section,
    field: error.field === '' ? error.section : `${error.section}.${error.field}`,
    message: error.message,
    ...(error.related === undefined ? {} : { related: [...error.related] }),
  }));
  const [first] = problems;
  if (first === undefined) throw new RangeError('a refusal needs an error');
  return { ok: false, error: problems.length === 1 ? first : { ...first, problems } };
}

export function conflict(section: string, expected: number, row: StoredSection | undefined): Refusal {
  const current = row?.revision ?? 0;
  const author = row?.author ?? '';
  return refused(
    'conflict',
    section,
    `раздел ${section} изменил ${author} (ревизия ${current}, ожидалась ${expected}): прочитайте его снова и повторите`,
    `${section} was changed by ${author} (revision ${current}, not ${expected}): read it again and repeat`,
  );
}

export function checkSecrets(
  section: SectionName,
  secrets: Readonly<Record<string, string | null>>,
): SettingsError[] {
  const known = catalogue[section].secrets as Readonly<Record<string, { maxLength: number }>>;
  return Object.entries(secrets).flatMap(([field, value]): SettingsError[] => {
    const definition = Object.hasOwn(known, field) ? known[field] : undefined;
    if (definition === undefined) return [unknownSecret(section, field, Object.keys(known))];
    if (value === null || (value !== '' && value.length <= definition.maxLength)) return [];
    const message = text(
      `${section}.${field}: от 1 до ${definition.maxLength} знаков; чтобы убрать, передайте null`,
      `${section}.${field}: from 1 to ${definition.maxLength} characters; give null to remove it`,
    );
    return [{ section, field, code: 'outOfRange', message }];
  });
}

function unknownSecret(section: string, field: string, known: readonly string[]): SettingsError {
  const names = known.length === 0 ? '—' : known.join(', ');
  return {
    section,
    field: field.slice(0, 64),
    code: 'unknownField',
    message: text(
      `${section}: такого секрета нет; секреты раздела: ${names}`,
      `${section}: there is no such secret; the secrets of the section: ${names}`,
    ),
  };
}
