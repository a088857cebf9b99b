import { Health, silentLogger } from '@pochtar/runtime';
import { eventually } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { VolumeWatch } from './volume-watch.ts';

function volume() {
  const state: { fault: Error | null } = { fault: null };
  const health = new Health();
  const blobs = {
    check: async () => {
      if (state.fault) throw state.fault;
    },
  };
  return { state, health, options: { blobs, health, log: silentLogger(), everyMs: 20, faultyEveryMs: 20 } };
}

test('a process whose volume takes nothing is not ready, says why, and is ready again by itself', async () => {
  const { state, health, options } = volume();
  state.fault = new Error('the disk is mounted read-only');
  using _watch = await VolumeWatch.open(options);
  expect(health.faults()).toEqual({ volume: 'the disk is mounted read-only' });
  state.fault = null;
  await eventually(() => expect(health.ready).toBe(true));
  state.fault = new Error('gone');
  await eventually(() => expect(health.faults()).toEqual({ volume: 'gone' }));
});

test('a body that could not be stored tells it at once, whatever a try says, and one that was stored clears it', async () => {
  const { health, options } = volume();
  using watch = await VolumeWatch.open({ ...options, everyMs: 5, faultyEveryMs: 5 });
  expect(health.ready).toBe(true);
  await expect(watch.storing(Promise.reject(new Error('cannot create a pack')))).rejects.toThrow('pack');
  expect(health.faults()).toEqual({ volume: 'cannot create a pack' });
  let tries = 0;
  const { check } = options.blobs;
  options.blobs.check = async () => {
    tries++;
    await check();
  };
  await eventually(() => expect(tries).toBeGreaterThan(2));
  expect(health.ready).toBe(false);
  expect(await watch.storing(Promise.resolve('stored'))).toBe('stored');
  expect(health.ready).toBe(true);
});
