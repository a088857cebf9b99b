import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFetchItems } from '../fetch/fetch-items.ts';
import { parseSortCriteria } from '../sort/sort-criteria.ts';
import { BadSyntax, Cursor } from '../syntax/cursor.ts';
import { placesOf, readPageRange, takeReturnOptions } from './return-options.ts';

test('RFC 9394 §3.1: a page holds the results at its places, from whichever end they are counted', () => {
  const end = fc.integer({ min: 1, max: 30 });
  fc.assert(
    fc.property(fc.boolean(), end, end, fc.nat(20), (isFromEnd, first, second, count) => {
      const sign = isFromEnd ? '-' : '';
      const page = readPageRange(new Cursor([`${sign}${first}:${sign}${second}`]));
      const results = Array.from({ length: count }, (_, at) => at);
      const wanted = results.filter((at) => {
        const place = isFromEnd ? count - at : at + 1;
        return place >= Math.min(first, second) && place <= Math.max(first, second);
      });
      expect(results.slice(...placesOf(page, count))).toEqual(wanted);
    }),
  );
});

describe('whatever comes is read or refused', () => {
  const words = fc.constantFrom(
    ...[
      'RETURN',
      'MIN',
      'ALL',
      'PARTIAL',
      'SAVE',
      '1:2',
      '-1:-9',
      '-',
      ':',
      '0',
      '4294967296',
      '(',
      ')',
      ' ',
    ],
    ...['REVERSE', 'DATE', 'SUBJECT', 'DISPLAYTO', 'PREVIEW', 'LAZY', 'EMAILID', 'SAVEDATE', 'UID', '*', '"'],
  );
  test.each<[string, (cursor: Cursor) => unknown]>([
    ['return options', takeReturnOptions],
    ['sort criteria', parseSortCriteria],
    ['items of FETCH', parseFetchItems],
  ])('%s', (_, read) => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        for (const text of [parts.join(''), `RETURN (${parts.join(' ')}) `, `(${parts.join(' ')})`]) {
          try {
            read(new Cursor([text]));
          } catch (error) {
            expect(error).toBeInstanceOf(BadSyntax);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('too many sort criteria are refused, a key twice counts once', () => {
    expect(() => parseSortCriteria(new Cursor([`(${'DATE '.repeat(101)})`]))).toThrow(BadSyntax);
    expect(parseSortCriteria(new Cursor([`(DATE ${'REVERSE DATE '.repeat(99)})`]))).toEqual([
      { key: 'DATE', isReverse: false },
    ]);
  });
});
