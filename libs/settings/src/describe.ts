/** The catalogue as plain data: what the console's forms and the generated reference are made from. */
import { isAvailable } from './availability.ts';
import { catalogue, type SectionName, sectionNames } from './catalogue.ts';
import type { Condition, Field, FieldInput, SecretField } from './field.ts';
import type { AppliedBy, Tab } from './section.ts';
import type { Text } from './text.ts';
import { defaultDocument } from './validate.ts';

export interface FieldDescription {
  readonly name: string;
  readonly label: Text;
  readonly help: Text;
  readonly input: FieldInput;
  readonly default: unknown;
  /** False: nothing acts on it in this version, and only `off` and the default can be chosen. */
  readonly isAvailable: boolean;
  readonly off?: unknown;
  /** Shown, and of any effect, only while this holds. */
  readonly when?: Condition;
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
  /** False: no process applies any of it in this version. */
  readonly isAvailable: boolean;
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
    isAvailable: isAvailable(name),
    fields: Object.entries(fields).map(([field, definition]) => ({
      name: field,
      label: definition.label,
      help: definition.help,
      input: definition.input,
      default: defaults[field],
      isAvailable: definition.notYet === undefined,
      ...(definition.notYet?.off !== undefined && { off: definition.notYet.off }),
      ...(definition.when !== undefined && { when: definition.when }),
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
