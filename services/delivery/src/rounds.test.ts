import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventually } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { startRounds } from './rounds.ts';
import type { Tools } from './tools.ts';

const SECONDS = 0.005;

test('one round at a time: those whose time came while it ran are not owed', async () => {
  const first = Promise.withResolvers<void>();
  let begun = 0;
  let times = 0;
  const timer = setInterval(() => times++, 1000 * SECONDS);
  await using _rounds = startRounds({} as Tools, SECONDS, async () => {
    if (++begun === 1) await first.promise;
  });
  await eventually(() => expect([begun, times > 20]).toEqual([1, true]));
  clearInterval(timer);
  first.resolve();
  await nextTurn();
  // The one that comes next may have come.
  expect(begun).toBeLessThanOrEqual(3);
  await eventually(() => expect(begun).toBeGreaterThan(3));
});
