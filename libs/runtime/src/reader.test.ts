import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Reader } from './reader.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Readings that end when they are told to. */
function readings(retryMs?: number) {
  const under: PromiseWithResolvers<void>[] = [];
  const failures: unknown[] = [];
  const reader = new Reader({
    read: () => {
      const one = Promise.withResolvers<void>();
      under.push(one);
      return one.promise;
    },
    failed: (error) => void failures.push(error),
    ...(retryMs !== undefined && { retryMs }),
  });
  return { reader, under, failures };
}

test('whatever is wanted during a reading is one more', async () => {
  const { reader, under } = readings();
  for (let time = 0; time < 5; time++) reader.want();
  expect(under).toHaveLength(1);
  under[0]?.resolve();
  await setImmediate();
  expect(under).toHaveLength(2);
  under[1]?.resolve();
  await setImmediate();
  expect(under).toHaveLength(2);
});

test('a reading that failed is tried again after its time, or with what is wanted next', async () => {
  const { reader, under, failures } = readings(1000);
  reader.want();
  under[0]?.reject(new Error('away'));
  await setImmediate();
  expect([under.length, failures]).toEqual([1, [new Error('away')]]);
  vi.advanceTimersByTime(1000);
  expect(under).toHaveLength(2);
  const patient = readings();
  patient.reader.want();
  patient.under[0]?.reject(new Error('away'));
  await setImmediate();
  vi.advanceTimersByTime(100_000);
  expect(patient.under).toHaveLength(1);
  patient.reader.want();
  expect(patient.under).toHaveLength(2);
});

test('it ends after the reading under way, and reads no more', async () => {
  const { reader, under } = readings(1000);
  reader.want();
  reader.want();
  const ended = reader[Symbol.asyncDispose]();
  under[0]?.reject(new Error('away'));
  await ended;
  vi.advanceTimersByTime(100_000);
  reader.want();
  expect(under).toHaveLength(1);
});
