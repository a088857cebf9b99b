import { describe, expect, it } from 'vitest';
import { isLost, type Owed } from './lost-event.ts';

const MINUTE = 60_000;
const now = new Date(Date.UTC(2026, 10, 24));
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * MINUTE);

function lost(more: Partial<Owed>): boolean {
  return isLost({
    stepAt: ago(5),
    now,
    oldestWaitingAt: null,
    isInHand: false,
    streamCreatedAt: ago(10_000),
    minAgeSeconds: 60,
    ...more,
  });
}

describe('architecture §6: a lost event', () => {
  it('is one that is owed for a while although nothing waits for the step', () => {
    expect(lost({})).toBe(true);
  });

  it('is none within the first minute, in a stream that was there', () => {
    expect(lost({ stepAt: ago(1) })).toBe(false);
    expect(lost({ stepAt: ago(0.5), streamCreatedAt: ago(0.6) })).toBe(false);
  });

  it('is one at once when the stream was made anew since: it went with the old one', () => {
    expect(lost({ stepAt: ago(0.5), streamCreatedAt: ago(0) })).toBe(true);
    expect(lost({ stepAt: ago(0.5), streamCreatedAt: ago(0), isInHand: true })).toBe(false);
  });

  it('is none while a consumer has its event in hand, however long', () => {
    expect(lost({ stepAt: ago(600), isInHand: true })).toBe(false);
    expect(lost({ stepAt: ago(600), isInHand: true, oldestWaitingAt: ago(1) })).toBe(false);
  });

  it('is none behind a backlog, however old', () => {
    expect(lost({ stepAt: ago(60), oldestWaitingAt: ago(60) })).toBe(false);
    expect(lost({ stepAt: ago(55), oldestWaitingAt: ago(60) })).toBe(false);
  });

  it('is one when everything that waits is clearly younger', () => {
    expect(lost({ stepAt: ago(60), oldestWaitingAt: ago(59) })).toBe(true);
  });

  it('is none when the oldest that waits may be its own, published a moment after the commit', () => {
    expect(lost({ stepAt: ago(60), oldestWaitingAt: new Date(ago(60).getTime() + 5000) })).toBe(false);
  });

  it('is one when the stream was made anew later, whatever is held', () => {
    expect(lost({ stepAt: ago(60), streamCreatedAt: ago(30), oldestWaitingAt: ago(60) })).toBe(true);
    expect(lost({ stepAt: ago(60), streamCreatedAt: ago(61), oldestWaitingAt: ago(60) })).toBe(false);
  });
});
