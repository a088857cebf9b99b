// When a process that ended is started again: at once the first time, then ever later.

const firstMs = 250;
const lastMs = 30_000;
/** A process that served this long is not one that fails at its start. */
const steadyMs = 60_000;

/** The pause before start number `failures` + 1 after `failures` ends in a row: 250 ms doubling up to 30 s. */
export function restartDelay(failures: number): number {
  return Math.min(firstMs * 2 ** Math.max(0, failures - 1), lastMs);
}

/** How many ends in a row there are after one more, when the process had run for `ranMs`. */
export function countFailure(failures: number, ranMs: number): number {
  return ranMs >= steadyMs ? 1 : failures + 1;
}
