// Waits until every running process has said of the saved revisions that it runs them, or why it can't.
import { adminSettings, type SectionStatus } from '@pochtar/bus';
import type { Session } from './session.ts';

const EVERY_MS = 250;

export interface WaitOutcome {
  sections: SectionStatus[];
  isApplied: boolean;
  isTimedOut: boolean;
}

export async function waitUntilApplied(
  session: Session,
  saved: readonly { name: string; revision: number }[],
  timeoutMs: number,
): Promise<WaitOutcome> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answers = await Promise.all(
      saved.map(({ name }) => session.ask(adminSettings.status, { section: name })),
    );
    const concerned = answers.flatMap(({ sections }) => sections);
    const isComplete = answers.every((answer) => answer.isComplete);
    const states = concerned.flatMap((section) =>
      section.processes.map((process) => ({ process, wanted: wantedOf(section) })),
    );
    const isEverybodyHeard = isComplete && states.every(({ process, wanted }) => process.revision >= wanted);
    const isTimedOut = !isEverybodyHeard && Date.now() >= deadline;
    if (isEverybodyHeard || isTimedOut) {
      const isApplied = isEverybodyHeard && states.every(({ process }) => process.error === null);
      return { sections: concerned, isApplied, isTimedOut };
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }

  function wantedOf(section: SectionStatus): number {
    return saved.find((one) => one.name === section.name)?.revision ?? 0;
  }
}
