// How long a command may take, with a clock of its own.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CommandWatch } from './command-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched() {
  const seen = { isWaiting: true, late: 0 };
  const watch = new CommandWatch(
    () => seen.isWaiting,
    () => void seen.late++,
  );
  return { watch, seen };
}

test('RFC 5321 §4.5.3.2.7: each reply gives the next command its whole time', () => {
  const { watch, seen } = watched();
  for (let commands = 0; commands < 5; commands++) {
    watch.start(1000);
    vi.advanceTimersByTime(900);
  }
  expect(seen.late).toBe(0);
  vi.advanceTimersByTime(100);
  expect(seen.late).toBe(1);
});

test('RFC 5321 §4.5.3.2.6: nobody is late while the server works, however long the end of a mail takes', () => {
  const { watch, seen } = watched();
  watch.start(1000);
  seen.isWaiting = false;
  vi.advanceTimersByTime(600_000);
  expect(seen.late).toBe(0);
  watch.start(1000);
  seen.isWaiting = true;
  vi.advanceTimersByTime(999);
  expect(seen.late).toBe(0);
  vi.advanceTimersByTime(1);
  expect(seen.late).toBe(1);
});

test('another time counts from now on, and a session that is over has none', () => {
  const { watch, seen } = watched();
  watch.start(1000);
  watch.start(100);
  vi.advanceTimersByTime(100);
  expect(seen.late).toBe(1);
  watch.start(1000);
  watch.stop();
  vi.advanceTimersByTime(5000);
  expect(seen.late).toBe(1);
});
