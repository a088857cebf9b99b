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

/** What this version does not do yet is said at its field, and is no fault of a process. */
const notAvailable = 'notAvailable';

/** Reports with an error, and programs without any: each counts once, by its process. */
export function remarksOf(sections: readonly SectionStatus[]): Remark[] {
  const remarks = new Map<string, Remark>();
  for (const { name: section, appliedBy, processes } of sections) {
    for (const report of processes) {
      if (report.error === null || report.problem?.code === notAvailable) continue;
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
