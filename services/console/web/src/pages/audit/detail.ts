// What is kept beside an action of the audit log, in words: names of fields, and values as people read them.
import { formatSize, formatTime } from '../../i18n/format.ts';
import type { Words } from '../../i18n/index.ts';
import { audit } from '../../i18n/ru/audit.ts';

type Labels = (section: string) => string;

type Own<Start extends string> = Extract<keyof typeof audit, `${Start}${string}`>;

function keyOf<Start extends string>(start: Start, name: string): Own<Start> | null {
  const key = `${start}${name}`;
  return Object.hasOwn(audit, key) ? (key as Own<Start>) : null;
}

/** `Comment: request 118, Role: Auditor`; what is empty is left out. */
export function detailWords(details: Readonly<Record<string, unknown>>, { t, language }: Words): string {
  const filled = Object.entries(details).filter(([, value]) => !isEmpty(value));
  return fieldWords(filled, { t, language });
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || JSON.stringify(value) === '{}';
}

function fieldWords(fields: readonly [string, unknown][], words: Pick<Words, 't' | 'language'>): string {
  return fields
    .map(([name, value]) => {
      const key = keyOf('audit.field.', name);
      return `${key === null ? name : words.t(key)}: ${valueWords(name, value, words)}`;
    })
    .join('; ');
}

function valueWords(name: string, value: unknown, words: Pick<Words, 't' | 'language'>): string {
  const { t, language } = words;
  if (Array.isArray(value)) return value.map((one) => valueWords(name, one, words)).join(', ');
  if (typeof value === 'boolean') return t(value ? 'audit.yes' : 'audit.no');
  if (name === 'quotaBytes' && typeof value === 'number') return formatSize(value, language);
  if (typeof value === 'object' && value !== null) return `(${fieldWords(Object.entries(value), words)})`;
  if (typeof value !== 'string') return JSON.stringify(value);
  if (name === 'expiresAt' && !Number.isNaN(Date.parse(value))) return formatTime(value, language);
  const key = keyOf(`audit.value.${name}.` as 'audit.value.', value);
  return key === null ? value : t(key);
}

/** The object as people call it: sections by their labels, a list by its name. */
export function objectWords(action: string, object: string, t: Words['t'], label: Labels): string {
  if (action === 'settings.import' && object === 'yaml') return t('audit.value.yaml');
  if (action.startsWith('settings.')) return object.split(', ').map(label).join(', ');
  const [, list, rest = ''] = /^(white|black|network) ([\s\S]*)$/.exec(object) ?? [];
  if (!action.startsWith('lists.') || list === undefined) return object;
  if (list === 'network') return rest;
  const name = t(list === 'white' ? 'lists.white' : 'lists.black');
  return `${rest} (${name})`;
}
