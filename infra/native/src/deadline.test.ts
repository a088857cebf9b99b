import { expect, test } from 'vitest';
import { DeadlineError, until } from './deadline.ts';

test('a probe is repeated until it answers', async () => {
  let calls = 0;
  expect(await until('three calls', () => ++calls >= 3 && calls, { everyMs: 1 })).toBe(3);
});

test('the deadline names what was waited for and keeps the last error', async () => {
  const refusal = new Error('refused');
  const probe = (): never => {
    throw refusal;
  };
  const error = await until('the server answers', probe, { timeoutMs: 20, everyMs: 5 }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DeadlineError);
  expect(error).toMatchObject({ message: 'the server answers: not within 20 ms', cause: refusal });
});

test('waiting ends when it is called off', async () => {
  const signal = AbortSignal.timeout(10);
  await expect(until('nothing', () => false, { signal, everyMs: 5 })).rejects.toThrow(/abort|timeout/i);
});
