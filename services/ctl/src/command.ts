// What a command is: how it is written, and what it does.
import type { ExitCode } from './exit-code.ts';
import type { Input } from './input.ts';
import type { Text } from './language.ts';
import type { Session } from './session.ts';
import type { Syntax } from './syntax.ts';

export interface Command extends Syntax {
  readonly summary: Text;
  /** Further lines of the help. */
  readonly details?: Text;
  run(session: Session, input: Input): Promise<ExitCode>;
}
