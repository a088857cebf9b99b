import { expect, test } from 'vitest';
import type { HookMessage } from '@pochtar/store/hook';
import { type Attempt, DOWN_AFTER, standingAfter, toldOf } from './schedule.ts';

const now = new Date('2027-01-31T12:00:00Z');
const hours = (count: number): Date => new Date(now.getTime() + count * 3_600_000);
const taken: Attempt = { isTaken: true, status: 204, answer: '', milliseconds: 1, retryAfterMs: null };
const failed: Attempt = { ...taken, isTaken: false, status: 500, answer: 'broken' };
const message = (attempts: number, expiresAt = hours(72)): HookMessage => ({
  ...{ id: 'x', kind: 'delivered', occurredAt: now, data: {}, attempts, expiresAt },
});
const many = (count: number, attempt = failed): Attempt[] => Array.from({ length: count }, () => attempt);

test('an event waits longer each time, for three days in all, and is given up then', () => {
  const waits = Array.from({ length: 9 }, (_, attempts) => {
    return (toldOf(message(attempts), failed, now).dueAt.getTime() - now.getTime()) / 1000;
  });
  expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  expect(waits.slice(0, 8).reduce((sum, wait) => sum + wait, 0)).toBeLessThan(72 * 3600);
  expect(toldOf(message(8, hours(20)), failed, now)).toMatchObject({ state: 'givenUp', status: 500 });
  expect(toldOf(message(3), failed, now).state).toBe('waiting');
  expect(toldOf(message(8, hours(1)), taken, now).state).toBe('sent');
});

test('after five in vain in a row the address is down: pauses of 5 seconds to 5 minutes', () => {
  const before = { failures: 0, failingSince: null };
  expect(standingAfter(before, many(DOWN_AFTER - 1), now)).toMatchObject({ failures: 4, nextAt: null });
  const pause = (failures: number): number =>
    ((standingAfter({ failures, failingSince: now }, [failed], now).nextAt?.getTime() ?? 0) - now.getTime()) /
    1000;
  expect([4, 5, 6, 9, 10, 11, 500].map(pause)).toEqual([5, 10, 20, 160, 300, 300, 300]);
  const again = standingAfter({ failures: 9, failingSince: hours(-2) }, [taken], now);
  expect(again).toMatchObject({
    failures: 0,
    failingSince: null,
    nextAt: null,
    isRecovered: true,
    lastFault: null,
  });
  expect(standingAfter({ failures: 2, failingSince: now }, [taken], now).isRecovered).toBe(false);
});

test('it is paused after three days without a success, and at once when it is gone for good', () => {
  const since = (ago: number) => ({ failures: 50, failingSince: hours(-ago) });
  expect(standingAfter(since(71), [failed], now).isPaused).toBe(false);
  expect(standingAfter(since(72), [failed], now)).toMatchObject({
    isPaused: true,
    lastFault: 'HTTP 500 broken',
  });
  // RFC 9110 §15.5.11
  expect(standingAfter({ failures: 0, failingSince: null }, [{ ...failed, status: 410 }], now).isPaused).toBe(
    true,
  );
});

test('RFC 9110 §10.2.3: an address that asks to be left alone is, for at most an hour', () => {
  const before = { failures: 0, failingSince: null };
  const after = (retryAfterMs: number): Date | null =>
    standingAfter(before, [{ ...failed, status: 429, retryAfterMs }], now).nextAt;
  expect(after(90_000)?.getTime()).toBe(now.getTime() + 90_000);
  expect(after(9_000_000)).toEqual(hours(1));
});
