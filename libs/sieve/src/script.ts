// A Sieve script, ready to be run over as many mails as there are: RFC 5228.
import type { SieveResult } from './actions.ts';
import { compile, type Program, type ScriptFinder } from './compile.ts';
import { SieveError } from './error.ts';
import { DEFAULT_LIMITS, type SieveLimits } from './limits.ts';
import type { SieveMail, Surroundings } from './mail.ts';
import { Returned, Run, Stopped } from './run.ts';
import { EXTENSIONS } from './vocabulary.ts';

export class Script {
  readonly #program: Program;
  readonly #limits: SieveLimits;

  /** Throws SieveError with what is wrong and where. */
  constructor(
    text: string,
    { find = noScripts, limits = DEFAULT_LIMITS, extensions = EXTENSIONS }: ScriptOptions = {},
  ) {
    this.#limits = limits;
    this.#program = compile(text, { limits, find, supported: extensions });
  }

  /** The mail's octets must be all of it; else its header is enough. */
  get needsBody(): boolean {
    return this.#program.needsBody;
  }

  get extensions(): ReadonlySet<string> {
    return this.#program.extensions;
  }

  /** Never throws for what a script or a mail does: a run that breaks off keeps the mail and says why. */
  run(mail: SieveMail, surroundings: Surroundings): SieveResult {
    const run = new Run(mail, surroundings, this.#limits);
    try {
      this.#toItsEnd(run);
      return run.result();
    } catch (error) {
      if (!(error instanceof SieveError)) throw error;
      return brokenOff(error);
    }
  }

  #toItsEnd(run: Run): void {
    try {
      this.#program.step(run);
    } catch (error) {
      if (!(error instanceof Stopped) && !(error instanceof Returned)) throw error;
    }
  }
}

export interface ScriptOptions {
  /** For `include`; without it there are no other scripts. */
  find?: ScriptFinder;
  limits?: SieveLimits;
  /** Those that may be required; all that are known. */
  extensions?: ReadonlySet<string>;
}

const noScripts: ScriptFinder = () => null;

// RFC 5228 §2.10.6: an error while it runs, and the mail is kept as if there were no script.
function brokenOff({ message, place: { line, column } }: SieveError): SieveResult {
  return {
    actions: [{ kind: 'keep', flags: [], edits: null }],
    error: { message, line, column },
    marks: [],
    unknown: [],
  };
}
