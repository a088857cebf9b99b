import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadSyntax } from './cursor.ts';
import { formatSequenceSet, intersect, isWithin, parseSequenceSet, resolve } from './sequence-set.ts';

describe('RFC 9051 §9: sequence-set', () => {
  test.each([
    ['1', 5, [[1, 1]]],
    ['*', 5, [[5, 5]]],
    ['2:4', 5, [[2, 4]]],
    ['4:2', 5, [[2, 4]]],
    ['3:*', 5, [[3, 5]]],
    ['*:3', 5, [[3, 5]]],
    ['9:*', 5, [[5, 9]]],
    [
      '1,3,5',
      5,
      [
        [1, 1],
        [3, 3],
        [5, 5],
      ],
    ],
    ['5,1:2,2:3,4', 5, [[1, 5]]],
    ['1:4294967295', 5, [[1, 4_294_967_295]]],
    [
      '*,1',
      5,
      [
        [1, 1],
        [5, 5],
      ],
    ],
  ])('%s', (text, largest, ranges) => {
    expect(resolve(parseSequenceSet(text), largest).map(({ from, to }) => [from, to])).toEqual(ranges);
  });

  test.each([
    '',
    '0',
    '01',
    ',',
    '1,',
    ',1',
    '1:',
    ':1',
    '1:2:3',
    '-1',
    '1.5',
    '4294967296',
    '1 2',
    '**',
    'a',
  ])('%j is none', (text) => {
    expect(() => parseSequenceSet(text)).toThrow(BadSyntax);
  });

  test('ranges are never expanded: 10,000 of the largest cost nothing', () => {
    const text = Array(10_000).fill('1:4294967295').join(',');
    expect(resolve(parseSequenceSet(text), 5)).toHaveLength(1);
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (numbers) => {
        const sorted = numbers.toSorted((a, b) => a - b);
        const ranges = resolve(parseSequenceSet(formatSequenceSet(sorted)), 1);
        const read = ranges.flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, at) => from + at),
        );
        expect(read).toEqual(sorted);
      }),
    );
  });
});

describe('resolved sets', () => {
  const set = fc
    .array(fc.record({ from: fc.integer({ min: 1, max: 40 }), to: fc.integer({ min: 1, max: 40 }) }), {
      maxLength: 12,
    })
    .map((ranges) => resolve(ranges, 40));
  const numbers = Array.from({ length: 42 }, (_, index) => index);

  test('a number is found where a look at every range finds it', () => {
    fc.assert(
      fc.property(set, (ranges) => {
        for (const number of numbers) {
          const isThere = ranges.some(({ from, to }) => number >= from && number <= to);
          expect(isWithin(ranges, number)).toBe(isThere);
        }
      }),
    );
  });

  test('what two have in common', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const common = intersect(a, b);
        for (const number of numbers) {
          expect(isWithin(common, number)).toBe(isWithin(a, number) && isWithin(b, number));
        }
      }),
    );
  });
});
