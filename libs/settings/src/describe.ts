/** The catalogue and its layout as plain data: what forms, search, command line and reference are made from. */
import { isAvailable } from './availability.ts';
import { catalogue, type SectionName, sectionNames } from './catalogue.ts';
import type { Field, SecretField } from './field.ts';
import type {
  BlockDescription,
  ColumnDescription,
  FieldDescription,
  FormsDescription,
  RowDescription,
  SecretDescription,
  SectionDescription,
  TestDescription,
} from './forms/description.ts';
import { pages } from './layout/pages.ts';
import type { Block, Column, Row } from './layout/row.ts';
import { settingsTests, testKinds } from './layout/tests.ts';
import { searchTerms } from './search-terms.ts';
import { defaultDocument } from './validate.ts';

export function describeSection(name: SectionName): SectionDescription {
  const { tab, label, help, appliedBy } = catalogue[name];
  const fields: Readonly<Record<string, Field>> = catalogue[name].fields;
  const secrets: Readonly<Record<string, SecretField>> = catalogue[name].secrets;
  const defaults: Record<string, unknown> = { ...defaultDocument(name) };
  return {
    name,
    tab,
    label,
    help,
    appliedBy,
    isAvailable: isAvailable(name),
    fields: Object.entries(fields).map(([field, definition]) =>
      describeField(name, field, definition, defaults[field]),
    ),
    secrets: Object.entries(secrets).map(([secret, definition]) => describeSecret(name, secret, definition)),
  };
}

function describeField(
  section: SectionName,
  name: string,
  { label, help, input, notYet, when, isNeeded, fullLabel, widget, empty, suggestions }: Field,
  initial: unknown,
): FieldDescription {
  const path = `${section}.${name}`;
  return {
    name,
    label,
    ...(fullLabel !== undefined && { fullLabel }),
    help,
    input,
    default: initial,
    isAvailable: notYet === undefined,
    ...(notYet?.off !== undefined && { off: notYet.off }),
    ...(when !== undefined && { when }),
    isRequired: isNeeded ?? (input.kind === 'integer' || (input.kind === 'text' && !input.isOptional)),
    ...(widget !== undefined && { widget }),
    ...(empty !== undefined && { empty }),
    ...(suggestions !== undefined && { suggestions }),
    terms: termsOf(section, name),
    ...(rareFields.has(path) && { rare: true }),
    ...(ourFields.has(path) && { ours: true }),
  };
}

function describeSecret(
  section: SectionName,
  name: string,
  { label, help, maxLength, when, isNeeded }: SecretField,
): SecretDescription {
  return {
    name,
    label,
    help,
    maxLength,
    ...(when !== undefined && { when }),
    isRequired: isNeeded ?? false,
    terms: termsOf(section, name),
  };
}

function termsOf(section: SectionName, field: string): string[] {
  const terms: Readonly<Record<string, string>> = searchTerms[section];
  return (terms[field] ?? '')
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

const columns = pages.flatMap((page) => page.blocks.flatMap((block) => block.columns));
const rareFields = new Set<string>(columns.flatMap(({ rare = [] }) => fieldsOf(rare)));
const ourFields = new Set<string>(
  columns.flatMap(({ rows, more = [], rare = [] }) =>
    fieldsOf([...rows, ...more, ...rare].filter(({ ours }) => ours === true)),
  ),
);

function fieldsOf(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => [...row.fields]);
}

/** Every section, in the order of the catalogue. */
export function describeCatalogue(): SectionDescription[] {
  return sectionNames.map(describeSection);
}

/** Everything a form needs: what there is to set, and where it stands on which page. */
export function describeForms(): FormsDescription {
  const tabs = pages.map(({ blocks, ...page }) => ({ ...page, blocks: blocks.map(describeBlock) }));
  return { tabs, sections: describeCatalogue() };
}

function describeBlock({ id, label, columns: parts }: Block): BlockDescription {
  const [only] = parts.length === 1 ? parts : [];
  const section = only === undefined ? undefined : catalogue[only.section];
  return {
    id,
    label: label ?? section?.label ?? { ru: id, en: id },
    ...(section !== undefined && { help: section.help }),
    sections: [...new Set(parts.map((part) => part.section))],
    columns: parts.map(describeColumn),
    tests: testsAt(id),
  };
}

function testsAt(id: string): TestDescription[] {
  return testKinds.flatMap((kind) => {
    const { block, ...test } = settingsTests[kind];
    return block === id && test.sections.every(isAvailable) ? [{ kind, ...test }] : [];
  });
}

function describeColumn({ section, label, rows, more = [], rare = [] }: Column): ColumnDescription {
  return {
    ...(label !== undefined && { label, help: catalogue[section].help }),
    rows: rows.map(describeRow),
    more: more.map(describeRow),
    rare: rare.map(describeRow),
  };
}

function describeRow({ fields, label, link }: Row): RowDescription {
  return { fields, ...(label !== undefined && { label }), ...(link !== undefined && { link }) };
}
