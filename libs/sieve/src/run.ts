// One run of a script over one mail: what it has decided so far, and what it has taken of its limits.
import type { Action, FileInto, Keep, SeenMark, SieveResult } from './actions.ts';
import { BodyParts } from './body-parts.ts';
import { type Place, SieveError } from './error.ts';
import { Fields } from './fields.ts';
import { checkFlags } from './flags.ts';
import type { SieveLimits } from './limits.ts';
import type { SieveMail, Surroundings } from './mail.ts';
import { Variables } from './variables.ts';

/** Ends the whole script, however deep it is in blocks and includes. */
export class Stopped extends Error {}
/** Ends the script that was included. */
export class Returned extends Error {}

export class Run {
  readonly mail: SieveMail;
  readonly surroundings: Surroundings;
  readonly limits: SieveLimits;
  readonly fields: Fields;
  readonly #actions: Action[] = [];
  readonly #marks = new Map<string, number>();
  readonly #unknown = new Set<string>();
  #isKeptAnyway = true;
  #steps = 0;
  #redirects = 0;
  #addedFields = 0;
  #parts: BodyParts | undefined;
  /** What the command at work is, for errors. */
  place: Place = { line: 1, column: 1 };
  variables: Variables;
  /** RFC 5232 §2: the internal variable. */
  flags: readonly string[] = [];
  /** Scripts that have been included. */
  readonly included = new Set<string>();

  constructor(mail: SieveMail, surroundings: Surroundings, limits: SieveLimits) {
    this.mail = mail;
    this.surroundings = surroundings;
    this.limits = limits;
    this.fields = new Fields(mail.octets);
    this.variables = new Variables(limits, surroundings.environment);
  }

  variable(name: string): string {
    return this.variables.variable(name);
  }

  /** Throws SieveError when the run has taken more than it may. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.limits.steps)
      throw this.fault(`the script takes more than ${this.limits.steps} steps`);
  }

  fault(message: string): SieveError {
    return new SieveError(this.place, message);
  }

  get parts(): BodyParts {
    this.#parts ??= new BodyParts(this.mail.octets);
    return this.#parts;
  }

  cancelKeep(): void {
    this.#isKeptAnyway = false;
  }

  keep(flags: readonly string[]): void {
    this.#isKeptAnyway = false;
    const before = this.#actions.findIndex(({ kind }) => kind === 'keep');
    const action: Keep = { kind: 'keep', flags, edits: this.fields.edits() };
    // RFC 5228 §2.10.3: the same twice is done once; the flags of the later one hold.
    if (before >= 0) this.#actions[before] = action;
    else this.#add(action);
  }

  fileInto(action: Omit<FileInto, 'kind' | 'edits'>): void {
    const edits = this.fields.edits();
    const same = (other: Action): boolean =>
      other.kind === 'fileinto' && other.mailbox === action.mailbox && other.specialUse === action.specialUse;
    const before = this.#actions.findIndex(same);
    if (before >= 0) this.#actions[before] = { kind: 'fileinto', ...action, edits };
    else this.#add({ kind: 'fileinto', ...action, edits });
  }

  redirect(address: string): void {
    if (this.#actions.some((other) => other.kind === 'redirect' && other.address === address)) return;
    if (++this.#redirects > this.limits.redirects) {
      throw this.fault(`a mail is redirected to at most ${this.limits.redirects} addresses`);
    }
    this.#add({ kind: 'redirect', address, edits: this.fields.edits() });
  }

  /** What is done at most once for a mail. */
  once(action: Extract<Action, { kind: 'reject' | 'vacation' }>): void {
    if (this.#actions.some(({ kind }) => kind === action.kind)) {
      throw this.fault(`a mail is answered by ${action.kind} once only`);
    }
    this.#add(action);
  }

  countAddedField(): void {
    if (++this.#addedFields > this.limits.addedFields) {
      throw this.fault(`at most ${this.limits.addedFields} fields can be added`);
    }
  }

  /** RFC 7352 §3: it is remembered when the script has ended well; from the first time on, or from the last. */
  wasSeen({ id, seconds, isLast }: SeenMark & { isLast: boolean }): boolean {
    const seen = this.surroundings.wasSeen(id);
    if (seen === undefined) this.#unknown.add(id);
    if (seen !== true || isLast) this.#marks.set(id, seconds);
    return seen === true;
  }

  #add(action: Action): void {
    if (this.#actions.length === this.limits.actions) {
      throw this.fault(`at most ${this.limits.actions} things can be done with a mail`);
    }
    // RFC 5429 §2.2: a mail that is refused is not stored, sent on or answered as well.
    const isRefused = this.#actions.some(({ kind }) => kind === 'reject');
    if (isRefused || (action.kind === 'reject' && this.#actions.length > 0)) {
      throw this.fault('reject goes with no other action');
    }
    this.#actions.push(action);
  }

  /** Of a run that has ended well. */
  result(): SieveResult {
    if (this.#isKeptAnyway) this.keep(checkFlags(this.flags));
    const marks = [...this.#marks].map(([id, seconds]) => ({ id, seconds }));
    return { actions: this.#actions, error: null, marks, unknown: [...this.#unknown] };
  }
}
