// What is not well, from the reports of the processes.
import { programsToCome } from '@pochtar/settings/forms';
import type { Answers } from '../../../src/contract/index.ts';

export type SectionStatus = Answers<'GET /settings/status'>['sections'][number];
export type ProcessReport = SectionStatus['processes'][number];

export interface Remark {
  section: string;
  program: string;
  /** Null: it does not run. */
  report: ProcessReport | null;
}

const notAvailable = 'notAvailable';

/** How far a process is with a section. `notYet`: it took it over, and something in it is not in this version. */
export type AppliedState = 'applied' | 'applying' | 'notYet' | 'failed';

/** What this version does not do yet is said at its field, and is no fault of a process. */
export function stateOf(report: ProcessReport, wanted: number): AppliedState {
  if (report.problem?.code === notAvailable) return 'notYet';
  if (report.error !== null) return 'failed';
  return report.isApplied || report.revision >= wanted ? 'applied' : 'applying';
}

export const appliedTones = {
  applied: 'ok',
  applying: 'warn',
  notYet: 'plain',
  failed: 'danger',
  absent: 'plain',
} as const;

/** Reports with an error, and programs without any: each counts once, by its process. */
export function remarksOf(sections: readonly SectionStatus[]): Remark[] {
  const remarks = new Map<string, Remark>();
  for (const { name: section, revision, appliedBy, processes } of sections) {
    for (const report of processes) {
      if (stateOf(report, revision) !== 'failed') continue;
      remarks.set(`${report.process} ${report.instance} ${section}`, {
        section,
        program: report.process,
        report,
      });
    }
    for (const program of appliedBy) {
      if (!programsToCome.has(program) && !processes.some(({ process }) => process === program)) {
        remarks.set(program, { section, program, report: null });
      }
    }
  }
  return [...remarks.values()];
}
