import { defaultSettings } from '@pochtar/settings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptTime, expiresAt, isGivenUp, nextAttempt, wakeUpFrom } from './retry-schedule.ts';

const queue = defaultSettings().queue;
const MINUTE = 60_000;
/** A wake-up of every interval that divides a day. */
const midnight = Date.UTC(2026, 10, 24);

/** The same, each attempt made some moments after the wake-up that brings it about. */
function lateAttempts(acceptedAt: Date, settings: typeof queue, lateMs: number): number[] {
  const minutes: number[] = [];
  let plannedAt: Date | null = null;
  let madeAt = acceptedAt;
  while (
    minutes.length === 0 ||
    !isGivenUp({ acceptedAt, earlierAttempts: minutes.length }, madeAt, settings)
  ) {
    const at = attemptTime(madeAt, plannedAt, settings);
    minutes.push((at.getTime() - acceptedAt.getTime()) / MINUTE);
    plannedAt = nextAttempt(acceptedAt, at, settings);
    madeAt = new Date(plannedAt.getTime() + lateMs);
  }
  return minutes;
}

/** Minutes after acceptance of all attempts of a mail whose far side never takes it. */
function attempts(acceptedAt: Date, settings = queue): number[] {
  const minutes: number[] = [];
  let at = acceptedAt;
  while (minutes.length === 0 || !isGivenUp({ acceptedAt, earlierAttempts: minutes.length }, at, settings)) {
    minutes.push((at.getTime() - acceptedAt.getTime()) / MINUTE);
    at = nextAttempt(acceptedAt, at, settings);
  }
  return minutes;
}

describe('the schedule of attempts', () => {
  it('with the defaults and a phase of 15 minutes is 0, 195, 405, 705, 1005 …, 20 attempts before 5760', () => {
    const minutes = attempts(new Date(midnight - 15 * MINUTE));
    expect(minutes.slice(0, 5)).toEqual([0, 195, 405, 705, 1005]);
    expect(minutes).toHaveLength(20);
    expect(minutes.at(-1)).toBe(5505);
  });

  it.each([
    {
      plan: { runIntervalMinutes: 1, waitMinMinutes: 1, waitMaxMinutes: 1, maxLifetimeMinutes: 6 },
      phase: 28,
    },
    {
      plan: { runIntervalMinutes: 1, waitMinMinutes: 1, waitMaxMinutes: 2, maxLifetimeMinutes: 6 },
      phase: 49,
    },
    { plan: queue, phase: 0 },
  ])('is $plan as planned, however late the runner comes to an attempt', ({ plan, phase }) => {
    const acceptedAt = new Date(midnight - 15 * MINUTE + phase * 1000);
    const settings = { ...queue, ...plan };
    for (const lateMs of [3, 900, 20_000])
      expect(lateAttempts(acceptedAt, settings, lateMs)).toEqual(attempts(acceptedAt, settings));
  });

  it('is 0, 1.2, 3.2, 5.2 with 1/1/2/6 and a mail accepted at second 49, 0 and then every minute with 1/1/1', () => {
    const acceptedAt = new Date(midnight + 49_000);
    const second = {
      ...queue,
      runIntervalMinutes: 1,
      waitMinMinutes: 1,
      waitMaxMinutes: 2,
      maxLifetimeMinutes: 6,
    };
    const round = (minutes: number[]) => minutes.map((minute) => Math.round(minute * 10) / 10);
    expect(round(lateAttempts(acceptedAt, second, 5))).toEqual([0, 1.2, 3.2, 5.2]);
    const first = { ...second, waitMaxMinutes: 1 };
    expect(round(lateAttempts(acceptedAt, first, 5))).toEqual([0, 1.2, 2.2, 3.2, 4.2, 5.2]);
  });

  it('counts an attempt that no wake-up brought about from its own time', () => {
    const asked = new Date(midnight + 12_345);
    expect(attemptTime(asked, new Date(midnight + 12_300), queue)).toEqual(asked);
    expect(attemptTime(asked, null, queue)).toEqual(asked);
  });

  it('gives the mail up at the end of its lifetime, not at the next wake-up', () => {
    const acceptedAt = new Date(midnight - 15 * MINUTE);
    const last = new Date(acceptedAt.getTime() + 5505 * MINUTE);
    expect(nextAttempt(acceptedAt, last, queue)).toEqual(expiresAt(acceptedAt, queue));
  });

  it('makes the first attempt even when the mail is older than the lifetime', () => {
    const acceptedAt = new Date(midnight);
    const now = new Date(midnight + 10_000 * MINUTE);
    expect(isGivenUp({ acceptedAt, earlierAttempts: 0 }, now, queue)).toBe(false);
    expect(isGivenUp({ acceptedAt, earlierAttempts: 1 }, now, queue)).toBe(true);
  });

  it('wakes at the same multiples of the wall clock whatever the mail: one phase for all replicas', () => {
    const everySeven = { runIntervalMinutes: 7 };
    for (const offset of [0, 1, 6.999, 7]) {
      const woken = wakeUpFrom(new Date(offset * MINUTE), everySeven).getTime();
      expect(woken % (7 * MINUTE)).toBe(0);
      expect(woken).toBeGreaterThanOrEqual(offset * MINUTE);
    }
    expect(wakeUpFrom(new Date(midnight), queue).getTime()).toBe(midnight);
  });

  it('waits at least waitMin and at most waitMax and one interval, and always goes forward', () => {
    const settings = fc
      .record({
        runIntervalMinutes: fc.integer({ min: 1, max: 1440 }),
        waitMinMinutes: fc.integer({ min: 1, max: 10_080 }),
        more: fc.integer({ min: 0, max: 1000 }),
        maxLifetimeMinutes: fc.integer({ min: 1, max: 43_200 }),
      })
      .map(({ more, ...rest }) => ({
        ...{ ...rest, waitMaxMinutes: rest.waitMinMinutes + more, firstRetryMinutes: 0 },
      }));
    fc.assert(
      fc.property(settings, fc.nat(100_000), fc.nat(50_000), (plan, accepted, age) => {
        const acceptedAt = new Date(midnight + accepted * 1000);
        const last = new Date(acceptedAt.getTime() + age * MINUTE);
        const next = nextAttempt(acceptedAt, last, plan);
        const waited = (next.getTime() - last.getTime()) / MINUTE;
        expect(waited).toBeGreaterThan(0);
        expect(waited).toBeLessThan(plan.waitMaxMinutes + plan.runIntervalMinutes);
        if (next.getTime() !== expiresAt(acceptedAt, plan).getTime()) {
          expect(waited).toBeGreaterThanOrEqual(plan.waitMinMinutes);
        }
      }),
    );
  });
});
