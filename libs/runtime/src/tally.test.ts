import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLogger } from './index.ts';
import { Tally } from './tally.ts';

interface Row {
  name: string;
  count: number;
}

let written: Row[][] = [];
let isAway = false;

function tally(maxRows = 100): Tally<Row> {
  return new Tally<Row>({
    keyOf: ({ name }) => name,
    merge: (known, { count }) => void (known.count += count),
    write: async (rows) => {
      if (isAway) throw new Error('away');
      if (rows.length > 0) written.push(rows);
    },
    ...{ maxRows, what: 'rows', log: silentLogger() },
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  isAway = false;
});
afterEach(() => vi.useRealTimers());

test('what comes between two writings is one row a key, in one writing', async () => {
  await using counts = tally();
  for (const name of ['a', 'b', 'a', 'a']) counts.add({ name, count: 1 });
  await vi.advanceTimersByTimeAsync(3000);
  expect(written).toEqual([
    [
      { name: 'a', count: 3 },
      { name: 'b', count: 1 },
    ],
  ]);
});

test('what could not be written is added to what came since, and is written later', async () => {
  await using counts = tally();
  counts.add({ name: 'a', count: 1 });
  isAway = true;
  await vi.advanceTimersByTimeAsync(3000);
  counts.add({ name: 'a', count: 2 });
  isAway = false;
  await vi.advanceTimersByTimeAsync(3000);
  expect(written).toEqual([[{ name: 'a', count: 3 }]]);
});

test('it remembers so many keys and no more, and writes what is left at its end', async () => {
  const counts = tally(2);
  for (const name of ['a', 'b', 'c', 'a']) counts.add({ name, count: 1 });
  await counts[Symbol.asyncDispose]();
  expect(written).toEqual([
    [
      { name: 'a', count: 2 },
      { name: 'b', count: 1 },
    ],
  ]);
});
