/** The catalogue as plain data: what the console's forms and the generated reference are made from. */
import { catalogue, type SectionName, sectionNames } from './catalogue.ts';
import type { Field, FieldInput, SecretField } from './field.ts';
import type { AppliedBy, Tab } from './section.ts';
import type { Text } from './text.ts';
import { defaultDocument } from './validate.ts';

export interface FieldDescription {
  readonly name: string;
  readonly label: Text;
  readonly help: Text;
  readonly input: FieldInput;
  readonly default: unknown;
}

export interface SecretDescription {
  readonly name: string;
  readonly label: Text;
  readonly help: Text;
  readonly maxLength: number;
}

export interface SectionDescription {
  readonly name: SectionName;
  readonly tab: Tab;
  readonly label: Text;
  readonly help: Text;
  readonly appliedBy: readonly AppliedBy[];
  readonly fields: readonly FieldDescription[];
  readonly secrets: readonly SecretDescription[];
}

export function describeSection(name: SectionName): SectionDescription {
  const { tab, label, help, appliedBy, secrets } = catalogue[name];
  const fields: Readonly<Record<string, Field>> = catalogue[name].fields;
  const defaults: Record<string, unknown> = { ...defaultDocument(name) };
  return {
    name,
    tab,
    label,
    help,
    appliedBy,
    fields: Object.entries(fields).map(([field, definition]) => ({
      name: field,
      label: definition.label,
      help: definition.help,
      input: definition.input,
      default: defaults[field],
    })),
    secrets: Object.entries(secrets as Record<string, SecretField>).map(([secret, definition]) => ({
      name: secret,
      ...definition,
    })),
  };
}

/** Every section, in the order of the console's pages. */
export function describeCatalogue(): SectionDescription[] {
  return sectionNames.map(describeSection);
}
