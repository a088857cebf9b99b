// The reports by section as processes with their sections.
import { absentPrograms, appliedState } from '@pochtar/settings/forms';
import type { ProcessReport, SectionStatus } from '../../shell/server-state.ts';

export interface Process {
  key: string;
  program: string;
  /** '' of one that does not run. */
  instance: string;
  state: 'current' | 'behind' | 'failed' | 'absent';
  reportedAt: string | null;
  reports: { section: string; wanted: number; report: ProcessReport }[];
}

export function processesOf(sections: readonly SectionStatus[]): Process[] {
  const processes = new Map<string, Process>();
  for (const { name: section, revision: wanted, processes: reports } of sections) {
    for (const report of reports) {
      const key = `${report.process} ${report.instance}`;
      const known = processes.get(key) ?? {
        key,
        program: report.process,
        instance: report.instance,
        state: 'current',
        reportedAt: null,
        reports: [],
      };
      known.reports.push({ section, wanted, report });
      if (known.reportedAt === null || report.reportedAt > known.reportedAt)
        known.reportedAt = report.reportedAt;
      const state = appliedState(report, wanted);
      if (state === 'failed') known.state = 'failed';
      else if (state === 'applying' && known.state === 'current') known.state = 'behind';
      processes.set(key, known);
    }
  }
  for (const program of absentPrograms(sections)) {
    processes.set(program, {
      key: program,
      program,
      instance: '',
      state: 'absent',
      reportedAt: null,
      reports: [],
    });
  }
  return [...processes.values()].sort((a, b) => a.key.localeCompare(b.key));
}
