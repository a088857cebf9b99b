// The two ends of the bus that a process's live settings need: hints in, reports out. Passed to
// `openSettings` of @pochtar/settings, which knows no bus.
import type { Bus } from './bus.ts';
import { type SettingsApplied, settingsApplied, settingsChanged } from './subjects.ts';

/** Longest words of a report. */
const MAX_TEXT = 2000;

export interface SettingsLink {
  subscribeHints(listener: { onHint(section: string): void; onReconnect(): void }): () => void;
  report(applied: SettingsApplied): void;
}

/** `openSettings({ ...settingsLink(bus), ... })` */
export function settingsLink(bus: Bus): SettingsLink {
  return {
    subscribeHints(listener) {
      const subscription = bus.subscribe(settingsChanged, ({ section }) => listener.onHint(section));
      bus.onReconnect(() => listener.onReconnect());
      return () => subscription.stop();
    },
    report(applied) {
      const { error, problem, ...said } = applied;
      const short = problem && {
        code: problem.code.slice(0, 64),
        text: { ru: shortened(problem.text.ru), en: shortened(problem.text.en) },
      };
      bus.emit(settingsApplied, {
        ...said,
        error: error === null ? null : shortened(error),
        ...(short && { problem: short }),
      });
    },
  };
}

function shortened(words: string): string {
  return words.length <= MAX_TEXT ? words : `${words.slice(0, MAX_TEXT - 1)}…`;
}
