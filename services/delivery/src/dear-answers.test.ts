import { expect, test } from 'vitest';
import { DearAnswers } from './dear-answers.ts';

function clocked() {
  const clock = { now: 1000, made: 0 };
  const answers = new DearAnswers<number>(() => clock.now);
  const ask = (took: number, question = 'q'): Promise<number> =>
    answers.of(question, async () => {
      clock.now += took;
      return ++clock.made;
    });
  return { clock, answers, ask };
}

test('an answer stands for ten times as long as it took to make', async () => {
  const { clock, ask } = clocked();
  expect(await ask(30)).toBe(1);
  clock.now += 299;
  expect(await ask(30)).toBe(1);
  clock.now += 1;
  expect(await ask(30)).toBe(2);
});

test('an answer that took no time is made anew each time', async () => {
  const { ask } = clocked();
  expect([await ask(0), await ask(0)]).toEqual([1, 2]);
});

test('who asks while an answer is made waits for that one', async () => {
  const { answers } = clocked();
  const making = Promise.withResolvers<number>();
  const both = [answers.of('q', () => making.promise), answers.of('q', async () => 2)];
  making.resolve(1);
  expect(await Promise.all(both)).toEqual([1, 1]);
});

test('each question has its own answer', async () => {
  const { ask } = clocked();
  expect([await ask(30, 'one'), await ask(30, 'other')]).toEqual([1, 2]);
});

test('a failure is not kept', async () => {
  const { answers, ask } = clocked();
  await expect(answers.of('q', () => Promise.reject(new Error('no database')))).rejects.toThrow(
    'no database',
  );
  expect(await ask(30)).toBe(1);
});
