// Sorting that leaves the event loop to others: a hundred thousand messages take longer than anybody should wait.
import { Turn } from '@pochtar/runtime';

/** Sorted at once: well below a millisecond. */
const RUN = 512;

/** Stable; `items` is sorted in place. */
export async function mergeSort<T>(items: T[], compare: (a: T, b: T) => number): Promise<void> {
  const turn = new Turn();
  for (let from = 0; from < items.length; from += RUN) {
    const run = items.slice(from, from + RUN).sort(compare);
    for (let at = 0; at < run.length; at++) items[from + at] = run[at] as T;
    if (turn.isOver) await turn.pass();
  }
  let source = items;
  let target = items.length > RUN ? items.slice() : items;
  for (let width = RUN; width < items.length; width *= 2) {
    for (let from = 0; from < items.length; from += 2 * width) {
      await merge(source, target, { from, middle: from + width, end: from + 2 * width }, compare, turn);
    }
    [source, target] = [target, source];
  }
  if (source === items) return;
  for (let at = 0; at < items.length; at++) items[at] = source[at] as T;
}

async function merge<T>(
  source: readonly T[],
  target: T[],
  bounds: { from: number; middle: number; end: number },
  compare: (a: T, b: T) => number,
  turn: Turn,
): Promise<void> {
  const middle = Math.min(bounds.middle, source.length);
  const end = Math.min(bounds.end, source.length);
  let left = bounds.from;
  let right = middle;
  for (let at = bounds.from; at < end; at++) {
    const isLeft = left < middle && (right >= end || compare(source[left] as T, source[right] as T) <= 0);
    target[at] = source[isLeft ? left++ : right++] as T;
    if ((at & 255) === 0 && turn.isOver) await turn.pass();
  }
}
