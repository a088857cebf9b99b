/**
 * A section: the unit of change of the settings. One typed document, one revision, one event. Its definition
 * holds everything that is known about it: fields, words, who applies it, and the rules between its fields.
 */
import type * as z from 'zod';
import { type Field, type RecordSchema, recordSchema, type SecretField } from './field.ts';
import type { AppliedBy, Tab } from './forms/description.ts';
import type { FieldPlace, Text } from './text.ts';

/** A broken rule between fields of one section, or a caution about one. */
export interface Finding {
  readonly field: string;
  readonly code: string;
  /** Without the name of its field, which is put in front; `{port}` is replaced by the name of the field `port`. */
  readonly message: Text;
  readonly related?: readonly FieldPlace[];
}

export interface SectionDefinition<N extends string, F extends Readonly<Record<string, Field>>> {
  readonly name: N;
  readonly tab: Tab;
  readonly label: Text;
  readonly help: Text;
  readonly appliedBy: readonly AppliedBy[];
  readonly fields: F;
  readonly secrets: Readonly<Record<string, SecretField>>;
  readonly schema: RecordSchema<F>;
  /** The rules between the fields, for a document whose fields are each valid. */
  readonly check: (document: z.output<RecordSchema<F>>) => readonly Finding[];
  /** Choices that are allowed, and that an administrator should know the consequence of. */
  readonly cautions: (document: z.output<RecordSchema<F>>) => readonly Finding[];
  /** Choices that nothing acts on in this version, beside the fields that are marked so as a whole. */
  readonly notYet: (document: z.output<RecordSchema<F>>) => readonly Finding[];
}

interface SectionParts<N extends string, F extends Readonly<Record<string, Field>>> {
  readonly name: N;
  readonly tab: Tab;
  readonly label: Text;
  readonly help: Text;
  readonly appliedBy: readonly AppliedBy[];
  readonly fields: F;
  readonly secrets?: Readonly<Record<string, SecretField>>;
  readonly check?: (document: z.output<RecordSchema<NoInfer<F>>>) => readonly Finding[];
  readonly cautions?: (document: z.output<RecordSchema<NoInfer<F>>>) => readonly Finding[];
  readonly notYet?: (document: z.output<RecordSchema<NoInfer<F>>>) => readonly Finding[];
}

export function defineSection<const N extends string, const F extends Readonly<Record<string, Field>>>(
  parts: SectionParts<N, F>,
): SectionDefinition<N, F> {
  return {
    ...parts,
    secrets: parts.secrets ?? {},
    schema: recordSchema(parts.fields),
    check: parts.check ?? (() => []),
    cautions: parts.cautions ?? (() => []),
    notYet: parts.notYet ?? (() => []),
  };
}
