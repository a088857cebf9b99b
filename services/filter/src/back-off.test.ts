import { expect, test } from 'vitest';
import { isExpired, parkSeconds } from './back-off.ts';

test('waits double from 15 s to 5 min and stay there', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 1000].map(parkSeconds)).toEqual([15, 30, 60, 120, 240, 300, 300, 300]);
});

test('a mail is expired when the lifetime of the queue has passed since it was accepted', () => {
  const acceptedAt = new Date(1_000_000);
  expect(isExpired(acceptedAt, 10, 1_000_000 + 599_999)).toBe(false);
  expect(isExpired(acceptedAt, 10, 1_000_000 + 600_000)).toBe(true);
});
