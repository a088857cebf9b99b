/**
 * Two people changed the same section: what only one of them changed, or both alike, is merged; of lists each entry
 * for itself, by its key. What is left are conflicts, to be chosen field by field.
 */
import type { Document, FieldDescription, FieldInput, SectionDescription } from './description.ts';
import { entryKey, isSameValue } from './value.ts';

export interface MergeConflict {
  readonly field: string;
  readonly base: unknown;
  readonly theirs: unknown;
  readonly mine: unknown;
  /** Of a list: the keys of the entries that both changed, each in another way. */
  readonly entries?: readonly string[];
}

export interface Merged {
  /** Theirs, with everything of mine that is not in conflict; a field in conflict has their value. */
  readonly document: Document;
  /** Fields that carry a change of theirs which mine did not have. */
  readonly taken: readonly string[];
  readonly conflicts: readonly MergeConflict[];
}

/** `base` is what my draft began with, `theirs` what is stored now. */
export function mergeThreeWay(
  base: Document,
  theirs: Document,
  mine: Document,
  { fields }: Pick<SectionDescription, 'fields'>,
): Merged {
  // Fields that this description does not know (a newer release wrote them) stay as stored.
  const document: Record<string, unknown> = { ...theirs };
  const taken: string[] = [];
  const conflicts: MergeConflict[] = [];
  for (const field of fields) {
    const { name } = field;
    const merged = mergeField(field, base[name], theirs[name], mine[name]);
    if ('conflict' in merged) conflicts.push({ field: name, ...merged.conflict });
    else document[name] = merged.value;
    if (!('conflict' in merged) && !isSameValue(merged.value, mine[name])) taken.push(name);
  }
  return { document, taken, conflicts };
}

type Outcome = { readonly value: unknown } | { readonly conflict: Omit<MergeConflict, 'field'> };

function mergeField(field: FieldDescription, base: unknown, theirs: unknown, mine: unknown): Outcome {
  if (isSameValue(theirs, mine) || isSameValue(mine, base)) return { value: theirs };
  if (isSameValue(theirs, base)) return { value: mine };
  if (field.input.kind === 'list' && Array.isArray(base) && Array.isArray(theirs) && Array.isArray(mine)) {
    return mergeList(field.input, base, theirs, mine);
  }
  return { conflict: { base, theirs, mine } };
}

function mergeList(
  input: FieldInput,
  base: readonly unknown[],
  theirs: readonly unknown[],
  mine: readonly unknown[],
): Outcome {
  const keyed = (entries: readonly unknown[]) =>
    new Map(entries.map((entry) => [entryKey(input, entry), entry]));
  const [old, their, my] = [keyed(base), keyed(theirs), keyed(mine)];
  const merged = new Map<string, unknown>();
  const entries: string[] = [];
  for (const key of order(old, their, my)) {
    const [before, one, other] = [old.get(key), their.get(key), my.get(key)];
    // An entry that is not there is undefined, so that adding and removing are changes like others.
    const isMine = isSameValue(one, before);
    if (!isMine && !isSameValue(other, before) && !isSameValue(one, other)) entries.push(key);
    const entry = isMine ? other : one;
    if (entry !== undefined) merged.set(key, entry);
  }
  if (entries.length > 0) return { conflict: { base, theirs, mine, entries } };
  return { value: [...merged.values()] };
}

/** Their order, unless only I changed it; what the other side has beside it stands at the end. */
function order(
  old: ReadonlyMap<string, unknown>,
  their: ReadonlyMap<string, unknown>,
  my: ReadonlyMap<string, unknown>,
): string[] {
  const common = [...old.keys()].filter((key) => their.has(key));
  const isTheirsKept = isSameValue(
    common,
    [...their.keys()].filter((key) => old.has(key)),
  );
  const [first, second] = isTheirsKept ? [my, their] : [their, my];
  return [...new Set([...first.keys(), ...second.keys()])];
}
