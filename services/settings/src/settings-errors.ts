// Complaints about changes of settings, as the asker gets them.
import type { AdminProblem } from '@pochtar/bus';
import { atField, catalogue, complaint, type SectionName, type SettingsError, text } from '@pochtar/settings';
import type { Refusal } from './context.ts';

const MAX_SHOWN = 200;

/** All complaints, of which the first one stands for them, and what else there is to know. */
export function refusal(errors: readonly SettingsError[], cautions: readonly SettingsError[] = []): Refusal {
  return refusalOf(problemsOf(errors), problemsOf(cautions));
}

export function refusalOf(problems: AdminProblem[], cautions: AdminProblem[] = []): Refusal {
  const [first] = problems;
  if (first === undefined) throw new RangeError('a refusal needs an error');
  return {
    ok: false,
    error: {
      ...first,
      ...(problems.length > 1 && { problems: problems.slice(0, MAX_SHOWN) }),
      ...(cautions.length > 0 && { cautions: cautions.slice(0, MAX_SHOWN) }),
    },
  };
}

/** Fields are named `section.field`. */
export function problemsOf(findings: readonly SettingsError[]): AdminProblem[] {
  return findings.slice(0, MAX_SHOWN).map((finding) => {
    const { code, section, field, related } = finding;
    return {
      code,
      section,
      field: field === '' ? section : `${section}.${field}`,
      ...atField(finding),
      ...(related !== undefined && { related: [...related] }),
    };
  });
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
