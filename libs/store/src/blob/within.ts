// A bound for every wait on a disk or a store.

export class TimedOut extends Error {
  override name = 'TimedOut';
}

/** `work`'s outcome, or `TimedOut` after `ms`; the work itself is not stopped, its late outcome is ignored. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`${what} took longer than ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
