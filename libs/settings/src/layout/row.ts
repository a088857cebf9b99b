/** What the layout of the settings' pages is written in: paths of fields that the compiler knows, rows and blocks. */
import type { Catalogue, SectionName } from '../catalogue.ts';
import type { PageLink, Tab } from '../forms/description.ts';
import type { Text } from '../text.ts';

/** `network.smtpPort`. Secrets are not typed by name. */
export type FieldPath =
  | { [N in SectionName]: `${N}.${keyof Catalogue[N]['fields'] & string}` }[SectionName]
  | 'relay.password';

export interface Row {
  readonly fields: readonly FieldPath[];
  readonly label?: Text;
  readonly link?: PageLink;
  readonly ours?: true;
}

export interface Column {
  readonly section: SectionName;
  /** Where it stands beside another one. */
  readonly label?: Text;
  readonly rows: readonly Row[];
  /** What is ours and not vital. */
  readonly more?: readonly Row[];
  /** What is rarely needed. */
  readonly rare?: readonly Row[];
}

export interface Block {
  readonly id: string;
  /** Without one: the label of the section. */
  readonly label?: Text;
  readonly columns: readonly Column[];
}

export interface Page {
  readonly id: Tab;
  readonly label: Text;
  readonly to: string;
  readonly blocks: readonly Block[];
}

export function row(...fields: readonly FieldPath[]): Row {
  return { fields };
}

/** A row that the manual does not have. */
export function ours(...fields: readonly FieldPath[]): Row {
  return { fields, ours: true };
}

/** A block of one section and one column. */
export function block(section: SectionName, parts: Omit<Column, 'section'>): Block {
  return { id: section, columns: [{ section, ...parts }] };
}
