// What a command or a test of the language is: the arguments it takes, and what it compiles to. One is one object in
// commands/ or tests/; vocabulary.ts lists them.
import type { BoundArguments, Reading, Signature } from './arguments.ts';
import type { Place } from './error.ts';
import type { SieveLimits } from './limits.ts';
import type { Run } from './run.ts';

interface Named extends Signature {
  /** Lower case. */
  name: string;
  /** The extension that has to be required for it. */
  needs?: string;
}

export interface CommandDefinition extends Named {
  compile(given: BoundArguments, compiler: Compiler): Step;
}

export interface TestDefinition extends Named {
  compile(given: BoundArguments, compiler: Compiler): Check;
}

export type Step = (run: Run) => void;
export type Check = (run: Run) => boolean;

/** What definitions need of the compiler. */
export interface Compiler extends Reading {
  readonly limits: SieveLimits;
  /** What the run needs besides the header, so that whoever runs the script may bring nothing else. */
  needsBody(): void;
  /** Another script, compiled; null when there is none. */
  included(name: string, location: 'personal' | 'global', place: Place): Step | null;
}
