// That work grows with its input and no faster, told by comparing two sizes: how long it takes in itself depends on the
// machine and on who else is at work there.
import { expect } from 'vitest';

const GROWTH = 4;
/** Linear work takes four times as long, quadratic work sixteen times. */
const MOST_GROWTH = 9;
/** Below this a measurement says nothing. */
const LEAST_MS = 20;

function processorMs(work: () => void): number {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

/** `work` gets a size, and a quarter of it to compare with. */
export function expectLinear(size: number, work: (size: number) => void): void {
  const quarter = (): number => processorMs(() => work(size / GROWTH));
  // The first time it is compiled as well.
  quarter();
  const small = quarter();
  const large = processorMs(() => work(size));
  expect(large / Math.max(small, LEAST_MS), `${large} ms, a quarter took ${small} ms`).toBeLessThan(
    MOST_GROWTH,
  );
}
