// What changed from one document to the next, field by field, for people to read.
import { isDeepStrictEqual } from 'node:util';

const MAX_SHOWN = 300;

export interface Difference {
  field: string;
  before: string;
  after: string;
}

/** Fields that differ, as JSON shortened to a line; '' stands for a field that was not there. */
export function differences(before: unknown, after: unknown): Difference[] {
  const old = fieldsOf(before);
  const fresh = fieldsOf(after);
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return names
    .filter((field) => !isDeepStrictEqual(old[field], fresh[field]))
    .map((field) => ({ field, before: shown(old[field]), after: shown(fresh[field]) }));
}

function fieldsOf(document: unknown): Record<string, unknown> {
  return typeof document === 'object' && document !== null ? { ...document } : {};
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`;
}
