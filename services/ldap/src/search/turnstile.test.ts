import { expect, test } from 'vitest';
import { Turnstile } from './turnstile.ts';

test('one that waits goes on in each round of the event loop, in the order they came', async () => {
  const turnstile = new Turnstile();
  const done: string[] = [];
  const waiting = ['a', 'b', 'c'].map((name) => turnstile.pass().then(() => void done.push(name)));
  const rounds: number[] = [];
  while (turnstile.isBusy) {
    await new Promise((resolve) => setImmediate(resolve));
    rounds.push(done.length);
  }
  await Promise.all(waiting);
  expect(done).toEqual(['a', 'b', 'c']);
  expect(rounds.every((count, index) => count - (rounds[index - 1] ?? 0) <= 1)).toBe(true);
});
