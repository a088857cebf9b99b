/** What a change of a section does, field by field, in words of both languages: for the review before it is saved. */
import { type Text, text } from '../text.ts';
import type { Document, FieldDescription, SecretDescription, SectionDescription } from './description.ts';
import { entryKey, entryWords, isSameValue, valueWords } from './value.ts';

interface Changed {
  readonly section: string;
  readonly field: string;
  readonly label: Text;
}

/** Another value. */
export interface ValueChange extends Changed {
  readonly kind: 'value';
  readonly before: Text;
  readonly after: Text;
}

/** A list: what came, what went, and which entries are still there but read otherwise. */
export interface ListChange extends Changed {
  readonly kind: 'list';
  readonly added: readonly Text[];
  readonly removed: readonly Text[];
  readonly altered: readonly { readonly before: Text; readonly after: Text }[];
  /** The entries that were there and still are stand in another order. */
  readonly isReordered: boolean;
}

/** A secret: never its value. */
export interface SecretChange extends Changed {
  readonly kind: 'secret';
  readonly change: 'set' | 'replaced' | 'removed';
  readonly words: Text;
}

export type FieldChange = ValueChange | ListChange | SecretChange;

export interface SecretInput {
  /** What was typed; null removes. */
  readonly given: Readonly<Record<string, string | null>>;
  /** Which secrets are set now. */
  readonly present: Readonly<Record<string, boolean>>;
}

/** The changes from one document of a section to another, in the order of its fields. */
export function diffDocuments(
  before: Document,
  after: Document,
  section: SectionDescription,
  secrets?: SecretInput,
): FieldChange[] {
  const fields = section.fields
    .filter(({ name }) => !isSameValue(before[name], after[name]))
    .map((field) => fieldChange(section.name, field, before[field.name], after[field.name]));
  const kept =
    secrets === undefined ? [] : section.secrets.flatMap((one) => secretChange(section.name, one, secrets));
  return [...fields, ...kept];
}

function fieldChange(section: string, field: FieldDescription, before: unknown, after: unknown): FieldChange {
  const changed: Changed = { section, field: field.name, label: field.fullLabel ?? field.label };
  if (field.input.kind === 'list' && Array.isArray(before) && Array.isArray(after)) {
    return { ...changed, kind: 'list', ...listChange(field, before, after) };
  }
  return { ...changed, kind: 'value', before: valueWords(field, before), after: valueWords(field, after) };
}

function listChange({ input }: FieldDescription, before: readonly unknown[], after: readonly unknown[]) {
  const keyed = (entries: readonly unknown[]) =>
    new Map(entries.map((entry) => [entryKey(input, entry), entry]));
  const [old, now] = [keyed(before), keyed(after)];
  const words = (entry: unknown) => entryWords(input, entry);
  const both = [...old.keys()].filter((key) => now.has(key));
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, entry]) => words(entry)),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, entry]) => words(entry)),
    altered: both
      .filter((key) => !isSameValue(old.get(key), now.get(key)))
      .map((key) => ({ before: words(old.get(key)), after: words(now.get(key)) })),
    isReordered: !isSameValue(
      both,
      [...now.keys()].filter((key) => old.has(key)),
    ),
  };
}

const secretWords = {
  set: text('будет задан', 'will be set'),
  replaced: text('будет изменён', 'will be changed'),
  removed: text('будет удалён', 'will be removed'),
};

function secretChange(
  section: string,
  { name, label }: SecretDescription,
  { given, present }: SecretInput,
): SecretChange[] {
  const value = given[name];
  const isPresent = present[name] === true;
  if (value === undefined || (value === null && !isPresent)) return [];
  const change = value === null ? 'removed' : isPresent ? 'replaced' : 'set';
  return [{ kind: 'secret', section, field: name, label, change, words: secretWords[change] }];
}
