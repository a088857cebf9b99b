// What a command is: its words, arguments and options with their help, and what it does.
import type { ExitCode } from './exit-code.ts';
import type { Input } from './input.ts';
import type { Text } from './language.ts';
import type { Session } from './session.ts';

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

export interface Command {
  /** `account create` */
  readonly words: string;
  readonly summary: Text;
  /** Further lines of the help. */
  readonly details?: Text;
  readonly args?: readonly Argument[];
  readonly options?: Readonly<Record<string, Option>>;
  run(session: Session, input: Input): Promise<ExitCode>;
}
