import { expect, test } from 'vitest';
import { GreylistBudget } from './greylist-budget.ts';

const NOW = Date.UTC(2026, 0, 1);

test('a network is remembered 120 times a minute, another one still is, and the next minute begins anew', () => {
  const budget = new GreylistBudget();
  for (let count = 0; count < 120; count++) budget.spend('192.0.2.0/24', NOW);
  expect(budget.hasRoomFor('192.0.2.0/24', NOW)).toBe(false);
  expect(budget.hasRoomFor('198.51.100.0/24', NOW)).toBe(true);
  expect(budget.hasRoomFor('192.0.2.0/24', NOW + 60_000)).toBe(true);
});

test('all networks together have an end', () => {
  const budget = new GreylistBudget();
  for (let count = 0; count < 6000; count++) budget.spend(`10.${count >> 8}.${count & 255}.0/24`, NOW);
  expect(budget.hasRoomFor('203.0.113.0/24', NOW)).toBe(false);
});
