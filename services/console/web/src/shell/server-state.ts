// What is not well, from the reports of the processes.
import { absentPrograms, appliedState } from '@pochtar/settings/forms';
import type { Answers } from '../../../src/contract/index.ts';

export type SectionStatus = Answers<'GET /settings/status'>['sections'][number];
export type ProcessReport = SectionStatus['processes'][number];

export interface Remark {
  section: string;
  program: string;
  /** Null: it does not run. */
  report: ProcessReport | null;
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
  for (const { name: section, revision, processes } of sections) {
    for (const report of processes) {
      if (appliedState(report, revision) !== 'failed') continue;
      remarks.set(`${report.process} ${report.instance} ${section}`, {
        section,
        program: report.process,
        report,
      });
    }
  }
  for (const program of absentPrograms(sections))
    remarks.set(program, { section: '', program, report: null });
  return [...remarks.values()];
}
