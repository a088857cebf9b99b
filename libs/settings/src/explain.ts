/** Words a schema issue as a complaint: which field, what is wrong, and the remedy, in both languages. */
import type * as z from 'zod';
import { catalogue, type SectionName } from './catalogue.ts';
import type { IssueParams } from './field.ts';
import type { FieldInput } from './forms/description.ts';
import { expectedOf } from './forms/expected.ts';
import { complaint } from './place.ts';
import { type SettingsError, type Text, text } from './text.ts';

/** The complaints that one issue of a section's schema makes; an issue about several unknown fields makes several. */
export function explain(section: SectionName, issue: z.core.$ZodIssue): SettingsError[] {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownField(section, issue.path, key));
  }
  const input = inputAt(section, issue.path);
  const [code, message] = describe(issue, input);
  return [complaint({ section, field }, code, message)];
}

function describe(issue: z.core.$ZodIssue, input: FieldInput | undefined): [code: string, message: Text] {
  if (issue.code === 'custom') {
    const params = issue.params as Partial<IssueParams> | undefined;
    return [
      params?.reason ?? 'invalid',
      params?.message ?? text('значение не подходит', 'the value does not fit'),
    ];
  }
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    if (issue.origin !== 'string' && issue.origin !== 'array') return ['outOfRange', expectedOf(input)];
    const limit = issue.code === 'too_big' ? issue.maximum : issue.minimum;
    return ['tooLong', sizeMessage(issue.origin, Number(limit))];
  }
  if (issue.code === 'invalid_value') return ['notAChoice', expectedOf(input)];
  if (issue.code !== 'invalid_type') return ['wrongFormat', expectedOf(input)];
  if (issue.input !== undefined) return ['wrongType', expectedOf(input)];
  return ['missing', prefixed('поле обязательно', 'the field is required', input)];
}

function prefixed(ru: string, en: string, input: FieldInput | undefined): Text {
  const expected = expectedOf(input);
  return text(`${ru}: ${expected.ru}`, `${en}: ${expected.en}`);
}

function sizeMessage(origin: string, limit: number): Text {
  return origin === 'array'
    ? text(`не больше ${limit} строк: удалите лишние`, `at most ${limit} lines: remove some`)
    : text(`не больше ${limit} знаков: сократите текст`, `at most ${limit} characters: shorten the text`);
}

/** The input description of the field a path leads to. */
export function inputAt(section: SectionName, path: readonly PropertyKey[]): FieldInput | undefined {
  const [first, ...rest] = path;
  const fields: Readonly<Record<string, { readonly input: FieldInput }>> = catalogue[section].fields;
  let input = first === undefined || !Object.hasOwn(fields, first) ? undefined : fields[String(first)]?.input;
  for (const key of rest) {
    if (input?.kind === 'list') input = input.item;
    else if (input?.kind === 'record') input = input.fields[String(key)]?.input;
  }
  return input;
}

function unknownField(section: SectionName, path: readonly PropertyKey[], key: string): SettingsError {
  const shown = key.slice(0, 64);
  const input = inputAt(section, path);
  const names =
    path.length === 0
      ? Object.keys(catalogue[section].fields)
      : input?.kind === 'record'
        ? Object.keys(input.fields)
        : [];
  const field = [...path.map(String), shown].join('.');
  if (path.length === 0 && Object.hasOwn(catalogue[section].secrets, key)) {
    const isSecret = text(
      'это секрет: он передаётся отдельно от документа',
      'this is a secret: it is given apart from the document',
    );
    return complaint({ section, field }, 'isSecret', isSecret);
  }
  if (path.length === 0 && isMoved(section, key)) {
    return complaint({ section, field }, 'movedToLists', movedToLists);
  }
  const list = names.join(', ');
  const message = text(`такого поля нет; поля — ${list}`, `there is no such field; the fields are ${list}`);
  return complaint({ section, field }, 'unknownField', message);
}

/** Fields of an earlier release whose entries are rows now. */
export function isMoved(section: string, field: string): boolean {
  return section === 'accessLists' && ['white', 'black', 'networks'].includes(field);
}

export const movedToLists = text(
  'записи списков больше не хранятся в настройках: вносите их на странице списка или командами pochtar list add и pochtar list import; из файла настроек уберите эту строку',
  'entries of the lists are no longer settings: enter them on the page of the list, or with pochtar list add and pochtar list import; remove this field from a file of settings',
);
