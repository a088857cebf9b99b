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

/** The largest document as JSON: it has to fit into one answer on the bus. */
export const maxDocumentBytes = 700_000;

/**
 * Validates a whole document of one section: fields, then the rules between them. Fields that are missing
 * get their defaults; fields that are unknown are errors.
 */
export function parseSection<N extends SectionName>(name: N, document: unknown): Parsed<Settings[N]> {
  const { value, errors } = examineSection(name, document);
  return value !== undefined && errors.length === 0 ? { ok: true, value } : { ok: false, errors };
}

/** The same; the value is there, too, when only a rule between its fields is broken. */
export function examineSection<N extends SectionName>(
  name: N,
  document: unknown,
): { value?: Settings[N]; errors: SettingsError[] } {
  const definition = catalogue[name];
  const result = definition.schema.safeParse(document, { reportInput: true });
  if (!result.success) return { errors: result.error.issues.flatMap((issue) => explain(name, issue)) };
  const value = result.data as Settings[N];
  const check = definition.check as (value: Settings[N]) => ReturnType<typeof definition.check>;
  const errors = check(value).map(({ field, code, message, related }) =>
    complaint({ section: name, field }, code, withFieldNames(name, message), related),
  );
  if (Buffer.byteLength(JSON.stringify(value)) > maxDocumentBytes) errors.push(tooLarge(name));
  return { value, errors };
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

function tooLarge(section: string): SettingsError {
  const message = text(
    `раздел занимает больше ${maxDocumentBytes} байт: сократите списки или комментарии`,
    `the section takes more than ${maxDocumentBytes} bytes: shorten its lists or comments`,
  );
  return complaint({ section, field: '' }, 'tooLarge', message);
}
