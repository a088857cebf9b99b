// The description of the forms, asked for once, and ways to look into it.
import type {
  FieldDescription,
  FormsDescription,
  SecretDescription,
  SectionDescription,
} from '@pochtar/settings/forms';
import { useApi } from '../api/queries.ts';

export function useForms(): { forms: FormsDescription | undefined; error: unknown; refetch: () => unknown } {
  const { data, error, refetch } = useApi('GET /settings/catalogue', {}, { staleTime: Infinity });
  return { forms: data as FormsDescription | undefined, error, refetch };
}

export interface PathParts {
  section: string;
  field: string;
}

export function partsOf(path: string): PathParts {
  const dot = path.indexOf('.');
  return { section: path.slice(0, dot), field: path.slice(dot + 1) };
}

export function sectionOf(forms: FormsDescription, name: string): SectionDescription | undefined {
  return forms.sections.find((section) => section.name === name);
}

export function isSecret(described: FieldDescription | SecretDescription): described is SecretDescription {
  return !('input' in described);
}

type Described = FieldDescription | SecretDescription;

/** By path: every field looks for its own with each key that is typed. */
const indexes = new WeakMap<FormsDescription, ReadonlyMap<string, Described>>();

export function describedAt(forms: FormsDescription, path: string): Described | undefined {
  const index = indexes.get(forms) ?? indexOf(forms);
  indexes.set(forms, index);
  return index.get(path);
}

/** What a field is called where nothing of its section stands around it. */
export function labelOf(described: Described): Described['label'] {
  return ('fullLabel' in described ? described.fullLabel : undefined) ?? described.label;
}

function indexOf({ sections }: FormsDescription): ReadonlyMap<string, Described> {
  return new Map(
    sections.flatMap(({ name, fields, secrets }) =>
      [...secrets, ...fields].map((one) => [`${name}.${one.name}`, one] as const),
    ),
  );
}

/** The address of a field: it can be sent to a colleague, and stays over releases. */
export function addressOf(forms: FormsDescription, path: string): string {
  return `${tabOf(forms, partsOf(path).section)}#${path}`;
}

/** The page that has the section. */
export function tabOf(forms: FormsDescription, section: string): string {
  const tab = forms.tabs.find(({ blocks }) => blocks.some(({ sections }) => sections.includes(section)));
  return tab?.to ?? '/settings/mail';
}
