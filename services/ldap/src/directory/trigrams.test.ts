import { describe, expect, test } from 'vitest';
import { Trigrams } from './trigrams.ts';

const COUNT = 3000;
const addressOf = (slot: number): string => `user${slot.toString(36)}@demo.test`;

function trigramsOf(count: number): Trigrams {
  const trigrams = new Trigrams();
  for (let slot = 0; slot < count; slot++) trigrams.add(addressOf(slot), slot);
  trigrams.trim(count);
  return trigrams;
}

describe('what most entries have', () => {
  test('tells nothing by itself, and takes nothing from the rest of a text', () => {
    const trigrams = trigramsOf(COUNT);
    expect(trigrams.slotsOf('@demo.test')).toBeNull();
    for (const slot of [0, 1234, COUNT - 1]) {
      expect([...(trigrams.slotsOf(addressOf(slot)) ?? [])]).toContain(slot);
    }
    expect([...(trigrams.slotsOf('nobody@demo.test') ?? [-1])]).toEqual([]);
  });

  test('tells as little of entries that come later, who are found by the rest', () => {
    const trigrams = trigramsOf(COUNT);
    trigrams.add('zebra@demo.test', COUNT);
    expect([...(trigrams.slotsOf('zebra@demo') ?? [])]).toEqual([COUNT]);
    expect(trigrams.slotsOf('demo.test')).toBeNull();
  });
});

test('of few entries every text tells', () => {
  expect(trigramsOf(20).slotsOf('@demo.test')).toHaveLength(20);
});
