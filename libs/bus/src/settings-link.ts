// The two ends of the bus that a process's live settings need: hints in, reports out. Passed to
// `openSettings` of @pochtar/settings, which knows no bus.
import type { Bus } from './bus.ts';
import { type SettingsApplied, settingsApplied, settingsChanged } from './subjects.ts';

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
      const error = applied.error?.slice(0, 2000) ?? null;
      bus.emit(settingsApplied, { ...applied, error });
    },
  };
}
