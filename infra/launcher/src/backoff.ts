// When a process that ended is started again: at once the first time, then ever later.

const firstMs = 250;
const lastMs = 30_000;
/** Who served this long does not fail at its start; a start in as much time is what its deaths cost at most. */
const steadyMs = 10_000;

/** The pause before start number `failures` + 1 after `failures` ends in a row: 250 ms doubling up to 30 s. */
export function restartDelay(failures: number): number {
  return Math.min(firstMs * 2 ** Math.max(0, failures - 1), lastMs);
}

/** How many ends in a row there are after one more, when the process had been ready for `servedMs` (never: 0). */
export function countFailure(failures: number, servedMs: number): number {
  return servedMs >= steadyMs ? 1 : failures + 1;
}
