/**
 * What the catalogue describes and this version does not do yet. A field may be marked `notYet`, and a section may
 * name further choices of its own. Such a choice is refused when it is made; one that is stored (the default, a
 * document of another release, an earlier revision) stays, and no process reports it as applied.
 */
import { catalogue, type SectionName, type Settings } from './catalogue.ts';
import type { Field } from './field.ts';
import { NOT_AVAILABLE } from './forms/applied.ts';
import { complaint, withFieldNames } from './place.ts';
import type { Problem } from './problem.ts';
import { joined, type SettingsError, text } from './text.ts';
import { defaultDocument } from './validate.ts';

/** What was chosen, against the default, that nothing acts on. */
export function unavailable<N extends SectionName>(name: N, document: Settings[N]): SettingsError[] {
  const defaults = defaultDocument(name) as Readonly<Record<string, unknown>>;
  const chosen = markedFields(name, document).filter(({ field, value }) => !isSame(value, defaults[field]));
  return [
    ...chosen.map(({ field, mark }) => notAvailable(name, field, mark, defaults[field])),
    ...ownFindings(name, document),
  ];
}

/** The same with the defaults that are in force: everything of the section that has no effect. */
export function withoutEffect<N extends SectionName>(name: N, document: Settings[N]): SettingsError[] {
  const defaults = defaultDocument(name) as Readonly<Record<string, unknown>>;
  if (!isAvailable(name)) return isAtRest(name, document) ? [] : [wholeSection(name)];
  return [
    ...markedFields(name, document).map(({ field, mark }) =>
      notAvailable(name, field, mark, defaults[field]),
    ),
    ...ownFindings(name, document),
  ];
}

/** Why a process that has taken the document over must not call it applied; null when it may. */
export function whyNotApplied<N extends SectionName>(name: N, document: Settings[N]): Problem | null {
  const chosen = unavailable(name, document);
  if (chosen.length > 0) return { code: NOT_AVAILABLE, text: joined(chosen.map(({ message }) => message)) };
  if (isAvailable(name) || isAtRest(name, document)) return null;
  return { code: NOT_AVAILABLE, text: wholeSection(name).message };
}

/** Whether anything acts on the section at all. */
export function isAvailable(name: SectionName): boolean {
  return fieldsOf(name).some(([, field]) => field.notYet === undefined);
}

/** Whether every switch of an unavailable section is off, so that the document asks for nothing. */
function isAtRest<N extends SectionName>(name: N, document: Settings[N]): boolean {
  const hasSwitch = fieldsOf(name).some(([, { notYet }]) => notYet?.off !== undefined);
  return hasSwitch && markedFields(name, document).every(({ mark }) => mark.off === undefined);
}

/** The marked fields whose value asks for something. */
function markedFields<N extends SectionName>(name: N, document: Settings[N]) {
  const values = document as Readonly<Record<string, unknown>>;
  return fieldsOf(name).flatMap(([field, { notYet: mark }]) => {
    const value = values[field];
    return mark === undefined || isSame(value, mark.off) ? [] : [{ field, value, mark }];
  });
}

function ownFindings<N extends SectionName>(name: N, document: Settings[N]): SettingsError[] {
  const find = catalogue[name].notYet as (document: Settings[N]) => ReturnType<Catalogued['notYet']>;
  return find(document).map(({ field, message, related }) =>
    complaint({ section: name, field }, NOT_AVAILABLE, withFieldNames(name, message), related),
  );
}

type Catalogued = (typeof catalogue)[SectionName];

function notAvailable(
  section: SectionName,
  field: string,
  { off, reason }: NonNullable<Field['notYet']>,
  initial: unknown,
): SettingsError {
  const value = JSON.stringify(off ?? initial);
  const why = reason ?? text('в этой версии недоступно', 'not available in this version');
  const message = text(`${why.ru}: укажите ${value}`, `${why.en}: give ${value}`);
  return complaint({ section, field }, NOT_AVAILABLE, message);
}

function wholeSection(section: SectionName): SettingsError {
  const message = text(
    'в этой версии раздел недоступен: ни один процесс его не применяет',
    'the section is not available in this version: no process applies it',
  );
  return complaint({ section, field: '' }, NOT_AVAILABLE, message);
}

function fieldsOf(name: SectionName): [string, Field][] {
  return Object.entries(catalogue[name].fields as Readonly<Record<string, Field>>);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
