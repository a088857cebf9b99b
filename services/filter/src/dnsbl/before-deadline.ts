// A wait with an end.

/** The value, or `late` when it is not there at `deadline` (ms since the epoch). */
export async function beforeDeadline<T>(value: Promise<T>, deadline: number, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const wait = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - Date.now()), late);
  });
  try {
    return await Promise.race([value, wait]);
  } finally {
    clearTimeout(timer);
  }
}
