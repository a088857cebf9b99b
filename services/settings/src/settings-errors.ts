// Complaints about changes of settings, as the asker gets them.
import { type AdminProblem, refused } from '@pochtar/bus';
import {
  catalogue,
  complaint,
  placeName,
  type SectionName,
  type SettingsError,
  text,
} from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { readHistory, type StoredSection } from '@pochtar/store/settings';
import type { Refusal } from './context.ts';

const MAX_SHOWN = 50;

/** All complaints; the first one stands for them. */
export function refusal(errors: readonly SettingsError[]): Refusal {
  const problems = problemsOf(errors);
  const [first] = problems;
  if (first === undefined) throw new RangeError('a refusal needs an error');
  return { ok: false, error: problems.length === 1 ? first : { ...first, problems } };
}

/** Fields are named `section.field`. */
export function problemsOf(findings: readonly SettingsError[]): AdminProblem[] {
  return findings.slice(0, MAX_SHOWN).map(({ code, section, field, message, related }) => ({
    code,
    section,
    field: field === '' ? section : `${section}.${field}`,
    message,
    ...(related !== undefined && { related: [...related] }),
  }));
}

/** Somebody has changed the section since it was read; who, the history tells. */
export async function conflict(
  tx: Queryable,
  section: SectionName,
  expected: number,
  row: StoredSection | undefined,
): Promise<Refusal> {
  const current = row?.revision ?? 0;
  const since = (await readHistory(tx, section, { limit: MAX_SHOWN })).filter(
    (one) => one.revision > expected,
  );
  const authors = [...new Set(since.map(({ author }) => author))].join(', ') || (row?.author ?? '');
  const name = placeName({ section, field: '' });
  return refused(
    'conflict',
    section,
    `${name.ru}: раздел тем временем изменил ${authors} (ревизия ${current}, ожидалась ${expected}): прочитайте его снова и повторите`,
    `${name.en}: the section was changed meanwhile by ${authors} (revision ${current}, not ${expected}): read it again and repeat`,
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
      `от 1 до ${definition.maxLength} знаков; чтобы убрать, передайте null`,
      `from 1 to ${definition.maxLength} characters; give null to remove it`,
    );
    return [complaint({ section, field }, 'outOfRange', message)];
  });
}

function unknownSecret(section: string, field: string, known: readonly string[]): SettingsError {
  const names = known.length === 0 ? '—' : known.join(', ');
  const message = text(
    `такого секрета нет; секреты раздела: ${names}`,
    `there is no such secret; the secrets of the section: ${names}`,
  );
  return complaint({ section, field: field.slice(0, 64) }, 'unknownField', message);
}
