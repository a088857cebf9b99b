/**
 * What a form, a search and a comparison need to know of the settings, as plain data in both languages: it is made
 * from the catalogue by `describeForms` (../describe.ts) and travels to the browser as JSON.
 */
import type { Text } from '../text.ts';

/** The programs that take a section over without a restart, by the names they report under. */
export type AppliedBy =
  | 'smtp'
  | 'imap'
  | 'pop3'
  | 'ldap'
  | 'delivery'
  | 'console'
  | 'firewall'
  | 'tasks'
  | 'filter-antivirus'
  | 'filter-dkim'
  | 'filter-dlp'
  | 'filter-dnsbl'
  | 'filter-greylist';

/** The page a section stands on: one of the three tabs of the settings, or the page of what is ours beside them. */
export type Tab = 'settings' | 'spam' | 'addressBook' | 'more';

/** What a number counts. The words stand behind the field; the measure lets a form say “5760 min = 4 days”. */
export interface Unit extends Text {
  readonly measure: 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'megabyte' | 'percent' | 'rate';
}

export interface ChoiceOption {
  readonly value: string | number;
  readonly label: Text;
  /** What follows from choosing it, in one line. */
  readonly consequence?: Text;
}

export interface RecordField {
  readonly label: Text;
  readonly input: FieldInput;
}

/** How a field is entered. */
export type FieldInput =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number; readonly unit?: Unit }
  | { readonly kind: 'choice'; readonly options: readonly ChoiceOption[] }
  | {
      readonly kind: 'text';
      readonly maxLength: number;
      readonly expected?: Text;
      readonly isOptional: boolean;
    }
  | {
      readonly kind: 'reference';
      readonly to: 'certificate' | 'volume' | 'domain';
      readonly isOptional: boolean;
    }
  | {
      readonly kind: 'list';
      readonly item: FieldInput;
      readonly maxItems: number;
      /** The field by which records of the list are told apart. */
      readonly key?: string;
    }
  | { readonly kind: 'record'; readonly fields: Readonly<Record<string, RecordField>> };

/** A control of its own, where the kind of the input says too little; a form that lacks it goes by the kind. */
export type Widget =
  | 'port'
  /** Two numbers, from and to, of one row. */
  | 'range'
  | 'host'
  | 'mailAddress'
  /** One base a chip; stored joined by “;”. */
  | 'baseDn'
  | 'zones'
  | 'interfaces'
  | 'networks'
  | 'folders'
  /** A count and a button only: the entries have a page of their own. */
  | 'accessList'
  | 'scannerAddress'
  | 'volume'
  | 'certificate';

/** Another field of the same section has one of these values. */
export interface Condition {
  readonly field: string;
  readonly is: readonly (boolean | string)[];
}

export interface FieldDescription {
  readonly name: string;
  readonly label: Text;
  /** The label where the field stands without its neighbour: in a search, a comparison, for a screen reader. */
  readonly fullLabel?: Text;
  readonly help: Text;
  readonly input: FieldInput;
  readonly default: unknown;
  /** False: nothing acts on it in this version, and only `off` and the default can be chosen. */
  readonly isAvailable: boolean;
  readonly off?: unknown;
  /** Shown, and of any effect, only while this holds. */
  readonly when?: Condition;
  /** It cannot stay empty while it is shown. */
  readonly isRequired: boolean;
  readonly widget?: Widget;
  /** What the value that stands for none is called: null, an empty text or list, or 0. */
  readonly empty?: Text;
  /** Values to offer. */
  readonly suggestions?: readonly string[];
  /** Other words a person may look for, lower case, in both languages. */
  readonly terms: readonly string[];
  /** Folded away in its block until asked for. */
  readonly rare?: true;
  /** The manual has no such field. */
  readonly ours?: true;
}

/** A secret is no part of the document: it is only told whether it is set. */
export interface SecretDescription {
  readonly name: string;
  readonly label: Text;
  readonly help: Text;
  readonly maxLength: number;
  readonly when?: Condition;
  readonly isRequired: boolean;
  readonly terms: readonly string[];
}

export interface SectionDescription {
  readonly name: string;
  readonly tab: Tab;
  readonly label: Text;
  readonly help: Text;
  readonly appliedBy: readonly AppliedBy[];
  /** False: no process applies any of it in this version. */
  readonly isAvailable: boolean;
  readonly fields: readonly FieldDescription[];
  readonly secrets: readonly SecretDescription[];
}

/** A switch, by its path, stands so. */
export interface PathCondition {
  readonly path: string;
  readonly is: boolean;
}

/** A page of the console where the matter goes on. */
export interface PageLink {
  readonly label: Text;
  /** The route, such as `/firewall`. */
  readonly to: string;
  /** The link is there only while the field of the row has this value. */
  readonly when?: PathCondition;
}

/** What can be tried before it is saved. */
export type TestKind =
  | 'ports'
  | 'certificate'
  | 'relay'
  | 'helo'
  | 'volume'
  | 'clamav'
  | 'kaspersky'
  | 'drweb'
  | 'dnsbl'
  | 'addressBook';

/** The button of a test. */
export interface TestDescription {
  readonly kind: TestKind;
  readonly label: Text;
  /** The sections whose values it takes. */
  readonly sections: readonly string[];
  /** Paths of fields, or sections: a result holds while these stay as they were. */
  readonly about: readonly string[];
  readonly when?: PathCondition;
}

/** Fields that stand side by side, each by its path (`network.smtpPort`). */
export interface RowDescription {
  readonly fields: readonly string[];
  /** One label for all of them. */
  readonly label?: Text;
  readonly link?: PageLink;
}

/** A block has one column, or two with headings, which stand one under the other where there is little room. */
export interface ColumnDescription {
  readonly label?: Text;
  readonly help?: Text;
  readonly rows: readonly RowDescription[];
  /** Behind a thin line, “More”: what is ours and not vital. */
  readonly more: readonly RowDescription[];
  /** In a fold, “Rarely needed”. */
  readonly rare: readonly RowDescription[];
}

export interface BlockDescription {
  readonly id: string;
  readonly label: Text;
  readonly help?: Text;
  /** The sections that its fields belong to: their revisions are those of the block. */
  readonly sections: readonly string[];
  readonly columns: readonly ColumnDescription[];
  readonly tests: readonly TestDescription[];
}

export interface TabDescription {
  readonly id: Tab;
  readonly label: Text;
  /** The route of the console's page. */
  readonly to: string;
  readonly blocks: readonly BlockDescription[];
}

export interface FormsDescription {
  readonly tabs: readonly TabDescription[];
  readonly sections: readonly SectionDescription[];
}

/** The documents of sections, by name. */
export type Document = Readonly<Record<string, unknown>>;
