/** Values of fields: when two are the same, which entry of a list is which, and what a person reads of them. */
import { type Text, text } from '../text.ts';
import type { Document, FieldDescription, FieldInput } from './description.ts';

/** Values are JSON; the order of the fields of an object does not count. */
export function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isObject(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What tells an entry of a list from the others: a text itself, a record by its key, letters of any case. */
export function entryKey(input: FieldInput, entry: unknown): string {
  const key = input.kind === 'list' && input.key !== undefined && isObject(entry) ? entry[input.key] : entry;
  return (typeof key === 'string' ? key : canonical(key)).toLowerCase();
}

/** The value in words: choices by their labels, yes and no, numbers with their unit, lists separated by commas. */
export function valueWords(
  { input, empty }: Pick<FieldDescription, 'input' | 'empty'>,
  value: unknown,
): Text {
  if (isNone(value)) return empty ?? noneOf(input);
  if (value === 0 && empty !== undefined) return empty;
  return inputWords(input, value);
}

/** An entry of a list in words. */
export function entryWords(input: FieldInput, entry: unknown): Text {
  return input.kind === 'list' ? inputWords(input.item, entry) : inputWords(input, entry);
}

const none = text('(пусто)', '(empty)');
const yes = text('да', 'yes');
const no = text('нет', 'no');

function isNone(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function noneOf(input: FieldInput): Text {
  return input.kind === 'reference' || input.kind === 'list' ? text('(нет)', '(none)') : none;
}

function inputWords(input: FieldInput, value: unknown): Text {
  if (isNone(value)) return none;
  switch (input.kind) {
    case 'boolean':
      return value === true ? yes : value === false ? no : plain(value);
    case 'integer':
      return input.unit === undefined
        ? plain(value)
        : text(`${String(value)} ${input.unit.ru}`, `${String(value)} ${input.unit.en}`);
    case 'choice':
      return input.options.find((option) => option.value === value)?.label ?? plain(value);
    case 'list':
      return Array.isArray(value)
        ? together(value.map((entry) => inputWords(input.item, entry)))
        : plain(value);
    case 'record':
      return isObject(value) ? recordWords(input.fields, value) : plain(value);
    case 'text':
    case 'reference':
    default:
      return plain(value);
  }
}

/** The first field that is filled in stands for the record, the others follow in brackets. */
function recordWords(fields: Extract<FieldInput, { kind: 'record' }>['fields'], record: Document): Text {
  const [first = none, ...others] = Object.entries(fields).flatMap(([name, { input }]) =>
    isNone(record[name]) ? [] : [inputWords(input, record[name])],
  );
  if (others.length === 0) return first;
  const rest = together(others);
  return text(`${first.ru} (${rest.ru})`, `${first.en} (${rest.en})`);
}

function together(words: readonly Text[]): Text {
  return text(words.map(({ ru }) => ru).join(', '), words.map(({ en }) => en).join(', '));
}

function plain(value: unknown): Text {
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  return text(written, written);
}
