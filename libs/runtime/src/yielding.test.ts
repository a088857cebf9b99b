import { expect, test } from 'vitest';
import { Turn } from './yielding.ts';

test('who works through many things lets others run in between', async () => {
  let others = 0;
  const timer = setInterval(() => others++, 1);
  const turn = new Turn(2);
  const end = performance.now() + 60;
  let turns = 0;
  while (performance.now() < end) {
    if (!turn.isOver) continue;
    turns++;
    await turn.pass();
  }
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
  expect(others).toBeGreaterThan(1);
});

test('a turn that was passed on begins anew', async () => {
  const turn = new Turn(0);
  expect(turn.isOver).toBe(true);
  const long = new Turn(60_000);
  expect(long.isOver).toBe(false);
  await long.pass();
  expect(long.isOver).toBe(false);
});
