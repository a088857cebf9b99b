/**
 * The two languages of everything a person reads about a setting, and the shape of a complaint about one.
 * A complaint names the field and the remedy in both languages, so that every caller (console, command line,
 * log) can show it as it is.
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

export interface SettingsError extends FieldPlace {
  /** A stable word for programs: `outOfRange`, `wrongType`, `unknownField`, `portClash` … */
  readonly code: string;
  /** The other fields that have a part in the error, such as the second of two clashing ports. */
  readonly related?: readonly FieldPlace[];
  readonly message: Text;
}

export function text(ru: string, en: string): Text {
  return { ru, en };
}
