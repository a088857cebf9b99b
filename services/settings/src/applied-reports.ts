// Which revision every running process has applied. Each process reports when it is hinted at a section, and
// repeats its reports every 15 s, so this map is rebuilt by listening: any replica of this service has it, and
// what falls silent drops out of it.
import type { AppliedProblem, SettingsApplied } from '@pochtar/bus';

// Two reports missed, and some slack.
const SILENT_MS = 35_000;
const COMPLETE_AFTER_MS = 20_000;
const ANSWERED_WITHIN_MS = 3000;
const MAX_REPORTS = 50_000;

export interface AppliedReport {
  process: string;
  instance: string;
  revision: number;
  error: string | null;
  problem?: AppliedProblem | undefined;
  reportedAt: Date;
}

export class AppliedReports {
  readonly #now: () => number;
  #completeAt: number;
  /** Per section, by instance. */
  readonly #sections = new Map<string, Map<string, AppliedReport>>();
  #count = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#completeAt = now() + COMPLETE_AFTER_MS;
  }

  take(applied: SettingsApplied): void {
    const { process, instance, section, revision, error, problem, isGone } = applied;
    let reports = this.#sections.get(section);
    if (isGone === true) {
      if (reports?.delete(instance)) this.#count--;
      return;
    }
    if (reports === undefined) {
      reports = new Map();
      this.#sections.set(section, reports);
    }
    if (!reports.has(instance)) {
      if (this.#count >= MAX_REPORTS) this.#dropSilent();
      if (this.#count >= MAX_REPORTS) return;
      this.#count++;
    }
    const said = { process, instance, revision, error, ...(problem !== undefined && { problem }) };
    reports.set(instance, { ...said, reportedAt: new Date(this.#now()) });
  }

  /** Reports of the processes that are alive, by process and instance. */
  of(section: string): AppliedReport[] {
    this.#dropSilent();
    return [...(this.#sections.get(section)?.values() ?? [])].toSorted(
      (a, b) => a.process.localeCompare(b.process) || a.instance.localeCompare(b.instance),
    );
  }

  /** Whether every process has had the time to report once since this one listens. */
  get isComplete(): boolean {
    return this.#now() >= this.#completeAt;
  }

  /** Every process was just hinted at every section. */
  allWereAsked(): void {
    this.#completeAt = Math.min(this.#completeAt, this.#now() + ANSWERED_WITHIN_MS);
  }

  #dropSilent(): void {
    const least = this.#now() - SILENT_MS;
    for (const reports of this.#sections.values()) {
      for (const [instance, report] of reports) {
        if (report.reportedAt.getTime() < least && reports.delete(instance)) this.#count--;
      }
    }
  }
}
