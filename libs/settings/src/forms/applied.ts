/** How far a process is with a section, from its report: the one judgement of the settings process and of the pages. */
import { programsToCome } from './programs.ts';

/** The code of a problem that is none of the process: this version does not do it. */
export const NOT_AVAILABLE = 'notAvailable';

/** `notYet`: it took the section over, and something in it is not in this version. */
export type AppliedState = 'applied' | 'applying' | 'notYet' | 'failed';

interface AppliedReport {
  readonly process: string;
  readonly revision: number;
  readonly error: string | null;
  readonly problem?: { readonly code: string } | undefined;
}

/**
 * What this version does not do yet is said at its field, and is no fault of whoever reports it. A report on an earlier
 * revision, a failure too, says nothing of the one that is wanted.
 */
export function appliedState(report: AppliedReport, wanted: number): AppliedState {
  if (report.revision < wanted) return 'applying';
  if (report.problem?.code === NOT_AVAILABLE) return 'notYet';
  return report.error === null ? 'applied' : 'failed';
}

interface AppliedBy {
  readonly appliedBy: readonly string[];
  readonly processes: readonly Pick<AppliedReport, 'process'>[];
}

/** Programs of this version that should apply one of the sections, and of which no process has reported. */
export function absentPrograms(sections: readonly AppliedBy[]): string[] {
  const running = new Set(sections.flatMap(({ processes }) => processes.map(({ process }) => process)));
  const wanted = new Set(sections.flatMap(({ appliedBy }) => appliedBy));
  return [...wanted].filter((program) => !running.has(program) && !programsToCome.has(program)).toSorted();
}
