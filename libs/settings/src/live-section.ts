/** What a section is to a running process: the row it is read from, what takes it over, and what came of that. */
import type { SectionName, Settings } from './catalogue.ts';
import type { Problem } from './problem.ts';

export interface SectionRow {
  readonly name: string;
  readonly revision: number;
  readonly document: unknown;
}

/** What one process says of one section: the revision it runs, or why it could not take it over. */
export interface Applied {
  readonly process: string;
  readonly instance: string;
  readonly section: string;
  readonly revision: number;
  /** The problem in English, for readers that know no other form. */
  readonly error: string | null;
  readonly problem?: Problem;
  /** Sent once when the process stops in good order: nobody need wait for it any more. */
  readonly isGone?: boolean;
}

export type ChangeHandler<N extends SectionName> = (value: Settings[N], previous: Settings[N]) => unknown;

/** The outcome of taking a revision over. */
export interface Outcome {
  readonly revision: number;
  /** Null: applied. */
  readonly problem: Problem | null;
}
