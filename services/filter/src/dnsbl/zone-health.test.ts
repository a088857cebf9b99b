import { expect, test } from 'vitest';
import { ZoneHealth } from './zone-health.ts';

const MINUTE = 60_000;

test('a zone is suspended after five failures in a row over at least a minute', () => {
  const health = new ZoneHealth();
  for (let at = 0; at < 100; at++) expect(health.failed('z', at)).toBeNull();
  expect(health.isSuspended('z', 100)).toBe(false);
  expect(health.failed('z', MINUTE)).toBe(10 * MINUTE);
  expect(health.isSuspended('z', 11 * MINUTE - 1)).toBe(true);
  expect(health.suspended(2 * MINUTE)).toEqual(['z']);
  expect(health.isSuspended('z', 11 * MINUTE)).toBe(false);
});

test('after a suspension one failure suspends it again, for twice the time up to an hour', () => {
  const health = new ZoneHealth();
  for (let at = 0; at < 4; at++) health.failed('z', at);
  let now = MINUTE;
  const lengths: (number | null)[] = [];
  for (let round = 0; round < 5; round++) {
    const length = health.failed('z', now);
    lengths.push(length);
    now += length ?? 0;
  }
  expect(lengths).toEqual([10, 20, 40, 60, 60].map((minutes) => minutes * MINUTE));
});

test('failures of questions that were under way do not prolong a suspension', () => {
  const health = new ZoneHealth();
  for (const at of [0, 1, 2, 3, MINUTE]) health.failed('z', at);
  expect(health.failed('z', MINUTE + 1)).toBeNull();
  expect(health.isSuspended('z', 11 * MINUTE)).toBe(false);
});

test('an answer makes a zone whole again', () => {
  const health = new ZoneHealth();
  for (const at of [0, 1, 2, 3, MINUTE]) health.failed('z', at);
  health.answered('z');
  expect(health.isSuspended('z', MINUTE)).toBe(false);
  expect(health.failed('z', MINUTE)).toBeNull();
});

test('zones that are configured no more are forgotten', () => {
  const health = new ZoneHealth();
  for (const at of [0, 1, 2, 3, MINUTE]) health.failed('z', at);
  health.keepOnly(['other']);
  expect(health.isSuspended('z', MINUTE)).toBe(false);
});
