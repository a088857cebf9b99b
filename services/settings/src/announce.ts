// Tells everybody after the commit. A lost announcement is no loss: processes compare revisions every 15 s, and
// what they know of the directory they forget after a minute. So no answer waits until the bus has taken it: what a
// change makes others do would take the processor from the answer.
import {
  administratorChanged,
  type Bus,
  directoryChanged,
  listsChanged,
  settingsChanged,
} from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';

export interface Announcer {
  /** Whether all were announced. */
  settings(changes: readonly { name: string; revision: number }[]): Promise<boolean>;
  /** Address keys that were added, changed or removed; none means: forget all you know. */
  directory(addresses: readonly string[]): void;
  /** Logins of administrators whose sessions are to be looked at again; none means: all. */
  administrators(logins: readonly string[]): void;
  /** The lists have this revision; null: nothing changed. */
  lists(revision: number | null): void;
}

const MAX_ADDRESSES = 1000;

export function announcer(bus: Bus, log: Logger): Announcer {
  const attempt = async (what: object, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      log.warn({ err: error, ...what }, 'a change was not announced; it will be found by comparing');
      return false;
    }
  };
  return {
    async settings(changes) {
      let isComplete = true;
      for (const { name: section, revision } of changes) {
        const publish = () => bus.publish(settingsChanged, { section, revision });
        isComplete = (await attempt({ section, revision }, publish)) && isComplete;
      }
      return isComplete;
    },
    directory(addresses) {
      const named = addresses.length > MAX_ADDRESSES ? [] : [...addresses];
      void attempt({ addresses: named.length }, () => bus.publish(directoryChanged, { addresses: named }));
    },
    administrators(logins) {
      bus.emit(administratorChanged, { logins: [...logins] });
    },
    lists(revision) {
      if (revision !== null) bus.emit(listsChanged, { revision });
    },
  };
}
