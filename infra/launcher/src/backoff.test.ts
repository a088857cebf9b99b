import { expect, test } from 'vitest';
import { countFailure, restartDelay } from './backoff.ts';

test('pauses double from 250 ms to 30 s and stay there', () => {
  const delays = [1, 2, 3, 7, 8, 9, 100].map(restartDelay);
  expect(delays).toEqual([250, 500, 1000, 16_000, 30_000, 30_000, 30_000]);
});

test('a process that is killed again and again while it serves is away for the shortest pause each time', () => {
  expect(countFailure(5, 10_000)).toBe(1);
  expect(countFailure(1, 25_000)).toBe(1);
});

test('one that ends before it has served for ten seconds, or never was ready, is started ever later', () => {
  expect(countFailure(5, 9_999)).toBe(6);
  expect(countFailure(1, 0)).toBe(2);
});
