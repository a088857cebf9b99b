// A row of the table of fields: what a field is set to in the page, and what the outside then sees that it did not before.
import type { ConsoleGround } from './console-ground.ts';

export interface FieldRow {
  field: string;
  /** The value; where it is made for the run, how. */
  to: unknown;
  /** What is typed or chosen, where it is not the value itself. */
  typed?: unknown;
  /** What the outside sees. Read before the save as well, when it must not yet match. */
  seen: (at: ConsoleGround, value: never) => Promise<string>;
  becomes: RegExp;
}

/** Rows whose effects do not disturb each other, changed and saved together. */
export interface Save {
  /** What this is about, for the test's title. */
  about: string;
  /** What has to be so before, past the page. */
  given?: (at: ConsoleGround) => Promise<void>;
  rows: readonly FieldRow[];
  /** The page is opened after that: what is given is nothing that an open one is told of. */
  isOpenedAnew?: boolean;
  /** What brings the effects about, once it is saved. */
  act?: (at: ConsoleGround) => Promise<void>;
}

/** A row whose value is typed: `seen` gets what `to` gives. */
export function row<Value>(of: {
  field: string;
  to: Value | ((at: ConsoleGround) => Value | Promise<Value>);
  typed?: unknown;
  seen: (at: ConsoleGround, value: Value) => Promise<string>;
  becomes: RegExp;
}): FieldRow {
  return of;
}
