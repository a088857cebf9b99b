// The reports by section as processes with their sections.
import { type ProcessReport, type SectionStatus, stateOf } from '../../shell/server-state.ts';

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
      const state = stateOf(report, wanted);
      if (state === 'failed') known.state = 'failed';
      else if (state === 'applying' && known.state === 'current') known.state = 'behind';
      processes.set(key, known);
    }
  }
  const running = new Set([...processes.values()].map(({ program }) => program));
  const wanted = new Set(sections.flatMap(({ appliedBy }) => appliedBy));
  for (const program of wanted) {
    if (running.has(program)) continue;
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
