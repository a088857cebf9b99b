/**
 * The kinds of fields a section is made of. A field is a zod schema with its default, the words the console
 * shows, and a description of its input that a form, the command line and the generated reference can read.
 */
import * as z from 'zod';
import type { Condition, FieldInput, Unit, Widget } from './forms/description.ts';
import { type Text, text } from './text.ts';

export interface FieldWords {
  readonly label: Text;
  readonly help: Text;
}

/** How a form shows a field, beyond what its input tells; see forms/description.ts. */
export interface Presentation {
  readonly fullLabel?: Text;
  readonly widget?: Widget;
  readonly empty?: Text;
  readonly suggestions?: readonly string[];
}

export interface Field<S extends z.ZodType = z.ZodType> extends FieldWords, Presentation {
  readonly schema: S;
  readonly input: FieldInput;
  /** Nothing acts on the field in this version: see availability.ts. */
  readonly notYet?: NotYet;
  /** Without effect, and not shown in forms, unless another field of the section has one of these values. */
  readonly when?: Condition;
  /** It cannot stay empty while it is shown; the `check` of its section sees to it. */
  readonly isNeeded?: true;
}

export interface NotYet {
  /** The value that is true although nothing acts on the field, since it asks for nothing. */
  readonly off?: boolean | string | number | null | readonly [];
  /** What it waits for, instead of just "not available in this version". */
  readonly reason?: Text;
}

/** A secret is no part of the document: it is written on its own, stored encrypted and never returned. */
export interface SecretField extends FieldWords {
  readonly maxLength: number;
  readonly when?: Condition;
  readonly isNeeded?: true;
}

/** What a custom issue carries to the place that words the complaint. */
export interface IssueParams {
  readonly reason: string;
  readonly message: Text;
}

export function words(ru: string, en: string, helpRu: string, helpEn: string): FieldWords {
  return { label: text(ru, en), help: text(helpRu, helpEn) };
}

/** Marks a field that nothing acts on in this version. */
export function notYet<F extends Field>(field: F, mark: NotYet = {}): F & { readonly notYet: NotYet } {
  return { ...field, notYet: mark };
}

/** A field that counts only while another one of its section has one of these values. */
export function onlyWhen<F extends Field>(
  field: string,
  is: Condition['is'],
  dependent: F,
): F & { readonly when: Condition } {
  return { ...dependent, when: { field, is } };
}

/** The same, and it has to be filled in then. */
export function neededWhen<F extends Field | SecretField>(
  field: string,
  is: Condition['is'],
  dependent: F,
): F & { readonly when: Condition; readonly isNeeded: true } {
  return { ...dependent, when: { field, is }, isNeeded: true };
}

/** Tells a form more than the input does. */
export function presented<F extends Field>(presentation: Presentation, field: F): F {
  return { ...field, ...presentation };
}

export function bool(initial: boolean, label: FieldWords) {
  return { ...label, schema: z.boolean().default(initial), input: { kind: 'boolean' } as const };
}

export function integer(
  bounds: { min: number; max: number; initial: number; unit?: Unit },
  label: FieldWords,
) {
  const { min, max, initial, unit } = bounds;
  const input: FieldInput =
    unit === undefined ? { kind: 'integer', min, max } : { kind: 'integer', min, max, unit };
  return { ...label, schema: z.int().min(min).max(max).default(initial), input };
}

export function port(initial: number, label: FieldWords) {
  return { ...integer({ min: 1, max: 65_535, initial }, label), widget: 'port' } as const;
}

/** The label of a choice, and what follows from it. */
export function option(label: Text, consequenceRu: string, consequenceEn: string): OptionWords {
  return { ...label, consequence: text(consequenceRu, consequenceEn) };
}

interface OptionWords extends Text {
  readonly consequence?: Text;
}

/** A choice among words (or numbers) that each have a label. */
export function choice<const V extends string | number>(
  options: Readonly<Record<V, OptionWords>>,
  initial: NoInfer<V>,
  label: FieldWords,
) {
  const isNumeric = typeof initial === 'number';
  const values = Object.keys(options).map((key) => (isNumeric ? Number(key) : key)) as V[];
  const input: FieldInput = {
    kind: 'choice',
    options: values.map((value) => {
      const { ru, en, consequence } = options[value];
      return { value, label: text(ru, en), ...(consequence !== undefined && { consequence }) };
    }),
  };
  return { ...label, schema: z.literal(values).default(() => initial as never), input };
}

/** A text with a grammar: `parse` answers the normal form, which is what is stored, or undefined. */
export interface Format {
  readonly parse: (input: string) => string | undefined;
  readonly expected: Text;
  readonly maxLength: number;
}

/** The schema of a text of a format; `emptyAllowed` lets the empty text stand for "none". */
export function formatted(format: Format, emptyAllowed = false): z.ZodString {
  return z
    .string()
    .max(format.maxLength)
    .check((context) => {
      const isEmpty = context.value.trim() === '';
      if (isEmpty && emptyAllowed) {
        context.value = '';
        return;
      }
      const normal = format.parse(context.value);
      if (normal !== undefined) {
        context.value = normal;
        return;
      }
      context.issues.push({
        code: 'custom',
        input: context.value,
        params: { reason: 'wrongFormat', message: format.expected } satisfies IssueParams,
      });
    });
}

export function textField(format: Format, initial: string, label: FieldWords) {
  const isOptional = initial === '';
  const input: FieldInput = {
    kind: 'text',
    maxLength: format.maxLength,
    expected: format.expected,
    isOptional,
  };
  return { ...label, schema: formatted(format, isOptional).default(initial), input };
}

/** A reference to something that lives outside the section; null = none, or the built-in one. */
export function reference(to: 'certificate' | 'volume' | 'domain', label: FieldWords) {
  const input: FieldInput = { kind: 'reference', to, isOptional: true };
  return { ...label, schema: z.string().min(1).max(255).nullable().default(null), input };
}

/** A list of texts of one format, without repetitions. */
export function listOf(
  format: Format,
  bounds: { maxItems: number; initial: readonly string[] },
  label: FieldWords,
) {
  const item: FieldInput = {
    kind: 'text',
    maxLength: format.maxLength,
    expected: format.expected,
    isOptional: false,
  };
  const schema = z
    .array(formatted(format))
    .max(bounds.maxItems)
    .check(unique((entry) => entry))
    .default([...bounds.initial]);
  return { ...label, schema, input: { kind: 'list', item, maxItems: bounds.maxItems } as const };
}

/** A list of records, without two that share `key`. */
export function records<const F extends Readonly<Record<string, Field>>>(
  fields: F,
  options: { maxItems: number; initial: readonly z.input<RecordSchema<F>>[]; key: keyof F & string },
  label: FieldWords,
) {
  const schema = recordSchema(fields);
  const list = z
    .array(schema)
    .max(options.maxItems)
    .check(
      unique((entry) => String((entry as Record<string, unknown>)[options.key]).toLowerCase(), options.key),
    )
    .default(options.initial.map((entry) => schema.parse(entry)) as never);
  const item: FieldInput = {
    kind: 'record',
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, { label: field.label, input: field.input }]),
    ),
  };
  const { maxItems, key } = options;
  return { ...label, schema: list, input: { kind: 'list', item, maxItems, key } as const };
}

export type RecordSchema<F extends Readonly<Record<string, Field>>> = z.ZodObject<
  { [K in keyof F]: F[K]['schema'] },
  z.core.$strict
>;

export function recordSchema<F extends Readonly<Record<string, Field>>>(fields: F): RecordSchema<F> {
  const shape = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema]));
  return z.strictObject(shape) as unknown as RecordSchema<F>;
}

function unique<T>(keyOf: (entry: T) => string, field?: string) {
  return (context: z.core.ParsePayload<T[]>): void => {
    const seen = new Map<string, number>();
    for (const [index, entry] of context.value.entries()) {
      const key = keyOf(entry);
      const first = seen.get(key);
      if (first === undefined) {
        seen.set(key, index);
        continue;
      }
      const message = text(
        `«${key}» уже стоит в строке ${first + 1}: удалите одну из двух`,
        `“${key}” already stands in line ${first + 1}: remove one of the two`,
      );
      context.issues.push({
        code: 'custom',
        input: entry,
        path: field === undefined ? [index] : [index, field],
        params: { reason: 'repeated', message } satisfies IssueParams,
      });
    }
  };
}
