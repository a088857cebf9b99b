// The same change as a line for the terminal.
import type { SectionChange } from './draft.ts';

export function commandLine(changes: readonly SectionChange[]): string {
  const assignments = changes.flatMap(({ section, patch }) =>
    Object.entries(patch).map(([field, value]) => `${section}.${field}=${written(value)}`),
  );
  const secrets = changes.flatMap(({ section, secrets: given }) =>
    Object.entries(given ?? {}).flatMap(([field, value]) =>
      value === null ? [] : [`--secret ${section}.${field} < ${field}-file`],
    ),
  );
  if (assignments.length === 0 && secrets.length === 0) return '';
  return ['pochtar settings set', ...assignments, ...secrets].join(' ');
}

function written(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return shellWord(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A word as a shell takes it whole. */
export function shellWord(text: string): string {
  return /^[\w.@:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
