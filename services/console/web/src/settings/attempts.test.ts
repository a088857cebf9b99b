import { expect, test } from 'vitest';
import { attemptsOf } from './attempts.ts';

const manual = { runIntervalMinutes: 30, waitMinMinutes: 180, waitMaxMinutes: 300, maxLifetimeMinutes: 5760 };

test('with the defaults: at once, after 195, 405, 705 and 1005 minutes, 20 in all', () => {
  expect(attemptsOf(manual).slice(0, 5)).toEqual([0, 195, 405, 705, 1005]);
  expect(attemptsOf(manual)).toHaveLength(20);
});

test('nothing is tried after the lifetime, and the first attempt is always made', () => {
  expect(attemptsOf({ ...manual, maxLifetimeMinutes: 1 })).toEqual([0]);
  expect(attemptsOf(manual).every((minute) => minute < 5760)).toBe(true);
});
