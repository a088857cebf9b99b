// Gathers calls into batches: while one batch is under way the next calls collect, and go out together when it ends.
// Alone, a call runs at once. Group commit, pack flush and look-ups are this. There is no timer, unless whoever calls
// knows that more is about to come (`patience`).

interface Waiting<In, Out> {
  item: In;
  resolve: (value: Out) => void;
  reject: (reason: unknown) => void;
  since: number;
}

export interface Patience {
  /** Whether more is about to come: asked with each item that comes. */
  isWorthIt: () => boolean;
  /** The longest that an item waits for others. */
  ms: number;
}

/** More is about to come when others came just before: two within `oftenMs`. */
export function whenOften(ms: number, oftenMs: number): Patience {
  let [last, before] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    ms,
    isWorthIt() {
      const now = performance.now();
      const isOften = now - before < oftenMs;
      [before, last] = [last, now];
      return isOften;
    },
  };
}

export interface GatherOptions {
  /** Most items in one batch. */
  maxItems: number;
  /** Batches under way at the same time. */
  concurrency?: number;
  /** A batch that is not full waits for more. Left out: it never does. */
  patience?: Patience;
}

/**
 * Returns a function that hands its item to `run` as part of a batch and resolves with that item's own
 * result. `run` answers one result per item in the same order; an item whose result is an Error is rejected.
 * When `run` itself throws, every item of that batch is rejected with it.
 */
export function gather<In, Out>(
  run: (items: In[]) => Promise<(Out | Error)[]>,
  options: GatherOptions,
): (item: In) => Promise<Out> {
  const { patience, concurrency = 1 } = options;
  let waiting: Waiting<In, Out>[] = [];
  let running = 0;
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;

  /** Milliseconds until the batch that begins with `first` goes, full or not. */
  const waitFor = (first: Waiting<In, Out>): number => {
    if (patience === undefined || waiting.length >= options.maxItems || !patience.isWorthIt()) return 0;
    return Math.max(0, patience.ms - (performance.now() - first.since));
  };

  const start = (): void => {
    scheduled = false;
    clearTimeout(timer);
    for (let [first] = waiting; first !== undefined && running < concurrency; [first] = waiting) {
      const ms = waitFor(first);
      if (ms > 0) {
        timer = setTimeout(start, ms);
        return;
      }
      const batch = waiting.slice(0, options.maxItems);
      waiting = waiting.slice(options.maxItems);
      running++;
      void settle(batch).finally(() => {
        running--;
        start();
      });
    }
  };

  const settle = async (batch: Waiting<In, Out>[]): Promise<void> => {
    try {
      const results = await run(batch.map((entry) => entry.item));
      if (results.length !== batch.length) throw new Error('a batch answered with another number of results');
      for (const [index, entry] of batch.entries()) {
        const result = results[index];
        if (result instanceof Error) entry.reject(result);
        else entry.resolve(result as Out);
      }
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  };

  return (item) =>
    new Promise<Out>((resolve, reject) => {
      waiting.push({ item, resolve, reject, since: performance.now() });
      // Calls of one tick of the event loop go out together.
      if (!scheduled && running < concurrency) {
        scheduled = true;
        setImmediate(start);
      }
    });
}
