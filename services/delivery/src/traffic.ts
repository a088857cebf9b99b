// Counts mail by the hour, twice a minute, for whoever looks at it (admin.overview.mail). Any number of replicas may do
// it: one at a time counts, and counting again changes nothing. Attempts that are put off leave no row behind, so each
// process gathers its own; one that is killed loses those of half a minute.
import {
  addDeferredAttempts,
  countTraffic,
  forgetTraffic,
  hourOf,
  lastCountedHour,
  mayCountTraffic,
} from '@pochtar/store/trace';
import type { Tools } from './tools.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What a page shows, and the same days a week before. */
const KEEP_MS = 9 * DAY_MS;
const SHOWN_MS = 2 * DAY_MS;
/** Of the hour before, what was under way when it ended is counted some time longer. */
const SETTLES_MS = 10 * 60_000;
/** Counting takes at most this part of the time. */
const IDLE_TIMES = 20;

/** Counts every `seconds`, and once at the end, until it is disposed. */
export function startTraffic(tools: Tools, seconds: number): AsyncDisposable {
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  let notBefore = 0;
  const round = async (): Promise<void> => {
    const tookMs = await countAll(tools, stopping.signal);
    notBefore = performance.now() + IDLE_TIMES * tookMs;
  };
  const tick = (): void => {
    if (performance.now() < notBefore) return;
    running ??= round().finally(() => {
      running = null;
    });
  };
  const timer = setInterval(tick, seconds * 1000);
  tick();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await running;
      await writeGathered(tools);
    },
  };
}

/**
 * What was put off, and every hour that is not counted to its end; answers how long the last one took. Never throws:
 * what fails is done the next time.
 */
async function countAll(tools: Tools, signal: AbortSignal, now = new Date()): Promise<number> {
  await writeGathered(tools);
  let tookMs = 0;
  try {
    for (const hour of await hoursToCount(tools, now)) {
      if (signal.aborted) return 0;
      const started = performance.now();
      const isMine = await tools.db.transaction(async (tx) => {
        if (!(await mayCountTraffic(tx))) return false;
        await countTraffic(tx, hour, now);
        return true;
      });
      if (!isMine) return 0;
      tookMs = performance.now() - started;
    }
    await forgetTraffic(tools.db, new Date(now.getTime() - KEEP_MS));
  } catch (error) {
    tools.log.warn({ err: error }, 'mail by the hour is counted later');
  }
  return tookMs;
}

/** Those that were missed while no delivery ran, too. */
async function hoursToCount({ db }: Tools, now: Date): Promise<Date[]> {
  const current = hourOf(now).getTime();
  const since = new Date(current - SHOWN_MS);
  const last = (await lastCountedHour(db, since)) ?? since;
  const isSettled = now.getTime() - current > SETTLES_MS;
  const first = Math.min(last.getTime(), isSettled ? current : current - HOUR_MS);
  const count = Math.round((current - first) / HOUR_MS) + 1;
  return Array.from({ length: count }, (_, index) => new Date(first + index * HOUR_MS));
}

/** What each process gathers for itself. */
async function writeGathered({ db, deferred, log }: Tools): Promise<void> {
  const gathered = deferred.take();
  try {
    await addDeferredAttempts(db, gathered);
  } catch (error) {
    deferred.giveBack(gathered);
    log.warn({ err: error }, 'attempts that were put off are counted later');
  }
}
