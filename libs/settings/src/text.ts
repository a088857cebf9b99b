/**
 * The two languages of everything a person reads about a setting, and the shape of what is said of one: a
 * complaint, which keeps it from being saved, or a caution, which does not. Both name the field by its label and
 * the remedy in both languages, so that every caller (console, command line, log) can show them as they are.
 */

export interface Text {
  readonly ru: string;
  readonly en: string;
}

/** Where a field stands: the section, and the path inside its document (`entries.3.value`). */
export interface FieldPlace {
  readonly section: string;
  readonly field: string;
}

interface Remark extends FieldPlace {
  /** A stable word for programs: `outOfRange`, `wrongType`, `unknownField`, `portClash`, `notAvailable` … */
  readonly code: string;
  /** The other fields that have a part in it, such as the second of two clashing ports. */
  readonly related?: readonly FieldPlace[];
  readonly message: Text;
}

/** What keeps a change from being saved. */
export type SettingsError = Remark;

/** What an administrator should know of a choice that is allowed. */
export type SettingsCaution = Remark;

/** What validation answers about settings. */
export interface Findings {
  readonly errors: readonly SettingsError[];
  readonly cautions: readonly SettingsCaution[];
}

export function text(ru: string, en: string): Text {
  return { ru, en };
}

/** Several texts as one. */
export function joined(texts: readonly Text[], separator = '; '): Text {
  const all = (language: keyof Text) => texts.map((one) => one[language]).join(separator);
  return text(all('ru'), all('en'));
}
