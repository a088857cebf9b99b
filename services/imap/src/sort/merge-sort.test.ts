import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareKeys, collationKey } from './collation.ts';
import { mergeSort } from './merge-sort.ts';

test('sorts as the language does, and keeps the order of what is equal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 5000, size: 'max' }), async (numbers) => {
      const items = numbers.map((number, place) => ({ number, place }));
      const wanted = items.toSorted((a, b) => a.number - b.number);
      await mergeSort(items, (a, b) => a.number - b.number);
      expect(items).toEqual(wanted);
    }),
    { numRuns: 50 },
  );
});

test('RFC 5051 §2: keys are in the order of their octets', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 20 });
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const [one, other] = [collationKey(a), collationKey(b)];
      expect(Math.sign(compareKeys(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
    }),
  );
  for (const [a, b] of [
    ['Straße', 'STRAßE'],
    ['ПРИВЕТ', 'привет'],
    ['e\u0301', 'É'],
    ['ﬁn', 'ﬁN'],
  ] as const)
    expect(collationKey(a)).toBe(collationKey(b));
});
