/**
 * Validation: a document of one section, and the rules between sections. What comes in is foreign; what goes
 * out is a complete document, or complaints that name the field and the remedy.
 */
import type * as z from 'zod';
import { catalogue, isSectionName, type SectionName, type Settings, sectionNames } from './catalogue.ts';
import { explain } from './explain.ts';
import { portClashes } from './listeners.ts';
import { complaint, withFieldNames } from './place.ts';
import { type FieldPlace, type SettingsError, text } from './text.ts';

export type Parsed<T> = { ok: true; value: T } | { ok: false; errors: SettingsError[] };

/** The largest document as JSON: it has to fit into one answer on the bus. The bounds of the fields keep every section far below. */
export const maxDocumentBytes = 700_000;

/**
 * Validates a whole document of one section: fields, then the rules between them. Fields that are missing
 * get their defaults; fields that are unknown are errors.
 */
export function parseSection<N extends SectionName>(name: N, document: unknown): Parsed<Settings[N]> {
  const { value, errors } = examineSection(name, document);
  return value !== undefined && errors.length === 0 ? { ok: true, value } : { ok: false, errors };
}

export interface Examined<N extends SectionName> {
  /** There, too, when only a rule between the fields is broken. */
  value?: Settings[N];
  /** Where fields are wrong as they stand: the document without them, so that the rules between the others are told too. */
  sound?: { value: Settings[N]; without: ReadonlySet<string> };
  errors: SettingsError[];
}

/** The same, with as much of the document as can be read. */
export function examineSection<N extends SectionName>(name: N, document: unknown): Examined<N> {
  const result = catalogue[name].schema.safeParse(document, { reportInput: true });
  if (result.success) {
    const value = result.data as Settings[N];
    return { value, errors: checkFields(name, value) };
  }
  const errors = result.error.issues.flatMap((issue) => explain(name, issue));
  const sound = withoutWrong(name, document, result.error.issues);
  if (sound === undefined) return { errors };
  const told = checkFields(name, sound.value).filter((error) => !isAboutAny(error, name, sound.without));
  return { sound, errors: [...errors, ...told] };
}

/** The rules between the fields of one section. */
function checkFields<N extends SectionName>(name: N, value: Settings[N]): SettingsError[] {
  const definition = catalogue[name];
  const check = definition.check as (value: Settings[N]) => ReturnType<typeof definition.check>;
  return check(value).map(({ field, code, message, related }) =>
    complaint({ section: name, field }, code, withFieldNames(name, message), related),
  );
}

function withoutWrong<N extends SectionName>(
  name: N,
  document: unknown,
  issues: readonly z.core.$ZodIssue[],
) {
  if (typeof document !== 'object' || document === null) return undefined;
  const without = new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0
        ? issue.keys
        : [String(issue.path[0] ?? '')],
    ),
  );
  const rest = Object.fromEntries(Object.entries(document).filter(([field]) => !without.has(field)));
  const again = catalogue[name].schema.safeParse(rest);
  return again.success ? { value: again.data as Settings[N], without } : undefined;
}

/** Whether an error names one of these fields of the section, as its own or as the other one. */
export function isAboutAny(error: SettingsError, name: SectionName, fields: ReadonlySet<string>): boolean {
  return [error, ...(error.related ?? [])].some(
    ({ section, field }) => section === name && fields.has(field.split('.')[0] ?? ''),
  );
}

/**
 * Reads a stored document, which a newer or older release may have written: fields this release does not
 * know are left out, missing ones get their defaults.
 */
export function readStored<N extends SectionName>(name: N, document: unknown): Parsed<Settings[N]> {
  const known = structuredClone(document);
  for (let round = 0; round < 8; round++) {
    const result = catalogue[name].schema.safeParse(known, { reportInput: true });
    if (result.success) return { ok: true, value: result.data as Settings[N] };
    const unknown = result.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
    if (unknown.length === 0)
      return { ok: false, errors: result.error.issues.flatMap((issue) => explain(name, issue)) };
    for (const issue of unknown) removeKeys(known, issue);
  }
  return parseSection(name, known);
}

function removeKeys(document: unknown, issue: z.core.$ZodIssueUnrecognizedKeys): void {
  let holder = document;
  for (const key of issue.path) holder = (holder as Record<PropertyKey, unknown>)[key];
  for (const key of issue.keys) delete (holder as Record<string, unknown>)[key];
}

/** The document of a section in which nothing was chosen yet. */
export function defaultDocument<N extends SectionName>(name: N): Settings[N] {
  return catalogue[name].schema.parse({}) as Settings[N];
}

/** The default document of every section. */
export function defaultSettings(): Settings {
  return Object.fromEntries(sectionNames.map((name) => [name, defaultDocument(name)])) as Settings;
}

/** Validates every section and the rules between sections. Unknown sections are errors, missing ones get defaults. */
export function validateAll(all: Readonly<Record<string, unknown>>): Parsed<Settings> {
  const errors: SettingsError[] = Object.keys(all)
    .filter((name) => !isSectionName(name))
    .map((name) => unknownSection(name));
  const settings: Partial<Record<SectionName, unknown>> = {};
  for (const name of sectionNames) {
    const parsed = parseSection(name, all[name] ?? {});
    if (parsed.ok) settings[name] = parsed.value;
    else errors.push(...parsed.errors);
  }
  if (errors.length === 0) errors.push(...crossCheck(settings as Settings));
  return errors.length === 0 ? { ok: true, value: settings as Settings } : { ok: false, errors };
}

/** The rules between sections, for documents that are each valid; `isChanged` tells which of two fields is to blame. */
export function crossCheck(settings: Settings, isChanged?: (place: FieldPlace) => boolean): SettingsError[] {
  return portClashes(settings, isChanged);
}

export function unknownSection(name: string): SettingsError {
  const shown = name.slice(0, 64);
  return {
    section: shown,
    field: '',
    code: 'unknownSection',
    message: text(
      `раздела «${shown}» нет: разделы — ${sectionNames.join(', ')}`,
      `there is no section “${shown}”: the sections are ${sectionNames.join(', ')}`,
    ),
  };
}
