// How a command is written: its words, arguments and options, with their help.
import type { Text } from './language.ts';

export interface Argument {
  /** As the help shows it: ADDRESS. */
  readonly name: string;
  readonly isOptional?: boolean;
  /** Takes all that follow. */
  readonly isMany?: boolean;
}

export interface Option {
  /** Absent: a flag. Otherwise the value as the help shows it: BYTES. */
  readonly value?: string;
  readonly isMany?: boolean;
  readonly help: Text;
}

export interface Syntax {
  /** `account create` */
  readonly words: string;
  readonly args?: readonly Argument[];
  readonly options?: Readonly<Record<string, Option>>;
}
