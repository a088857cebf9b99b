import { expect, test } from 'vitest';
import { countFailure, restartDelay } from './backoff.ts';

test('pauses double from 250 ms to 30 s and stay there', () => {
  const delays = [1, 2, 3, 7, 8, 9, 100].map(restartDelay);
  expect(delays).toEqual([250, 500, 1000, 16_000, 30_000, 30_000, 30_000]);
});

test('a process that had served for a minute begins again with the shortest pause', () => {
  expect(countFailure(5, 59_999)).toBe(6);
  expect(countFailure(5, 60_000)).toBe(1);
});
