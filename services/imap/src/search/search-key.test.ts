import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadSyntax, Cursor } from '../syntax/cursor.ts';
import { planSearch } from './plan.ts';
import { parseSearchKeys, type SearchKey } from './search-key.ts';

function parse(text: string): SearchKey[] {
  const key = parseSearchKeys(new Cursor([text]), 1_000_000);
  return key.kind === 'and' ? key.keys : [key];
}

describe('RFC 9051 §6.4.4: keys', () => {
  test.each([
    ['ALL', [{ kind: 'all' }]],
    ['UNSEEN', [{ kind: 'not', key: { kind: 'flag', bit: 1 } }]],
    ['NOT DELETED', [{ kind: 'not', key: { kind: 'flag', bit: 8 } }]],
    ['keyword $Junk', [{ kind: 'keyword', keyword: '$junk' }]],
    ['SENTON 1-Jan-1970', [{ kind: 'sentDate', relation: 'on', day: 0 }]],
    ['SINCE "2-Jan-1970"', [{ kind: 'internalDate', relation: 'since', day: 1 }]],
    ['FROM "A B"', [{ kind: 'header', name: 'from', text: 'a b' }]],
    ['HEADER X-Y ""', [{ kind: 'header', name: 'x-y', text: '' }]],
    ['1:3', [{ kind: 'sequence', set: [{ from: 1, to: 3 }], isUid: false }]],
    ['UID $', [{ kind: 'sequence', set: '$', isUid: true }]],
    ['OLDER 100', [{ kind: 'moment', relation: 'before', at: 900_000 }]],
    ['MODSEQ "/flags/\\\\draft" all 620162338', [{ kind: 'modSeq', least: 620_162_338 }]],
    [
      'OR SEEN (LARGER 1 SMALLER 9)',
      [
        {
          kind: 'or',
          keys: [
            { kind: 'flag', bit: 1 },
            {
              kind: 'and',
              keys: [
                { kind: 'larger', octets: 1 },
                { kind: 'smaller', octets: 9 },
              ],
            },
          ],
        },
      ],
    ],
  ])('%s', (text, keys) => {
    expect(parse(text)).toEqual(keys);
  });

  test.each([
    '',
    'FOO',
    'FROM',
    'NOT',
    'OR SEEN',
    '()',
    '(SEEN',
    'SEEN)',
    'ON 31-Feb-2026',
    'LARGER x',
    'KEYWORD',
    'KEYWORD \\Seen',
    'UID x',
    '0',
    'OLDER 0',
    'MODSEQ "x" foo 1',
  ])('%j is refused', (text) => {
    expect(() => parse(text)).toThrow(BadSyntax);
  });

  test('10,000 nested parentheses, NOTs or ORs are refused, not recursed into', () => {
    for (const text of [
      `${'('.repeat(10_000)}SEEN`,
      `${'NOT '.repeat(10_000)}SEEN`,
      `${'OR '.repeat(10_000)}SEEN`,
    ]) {
      expect(() => parse(text)).toThrow('nested too deep');
    }
    expect(() => parse(Array(5000).fill('SEEN').join(' '))).toThrow('too many search keys');
    expect(() => parse(Array(100).fill('BODY x').join(' '))).toThrow('too many searches for text');
  });

  test('any text is read or refused', () => {
    const words = fc.constantFrom(
      'NOT',
      'OR',
      '(',
      ')',
      ' ',
      'SEEN',
      'FROM',
      '"x"',
      'UID',
      '1:*',
      '$',
      'LARGER',
      '5',
    );
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        let failure: unknown = null;
        try {
          parse(parts.join(''));
        } catch (error) {
          failure = error;
        }
        expect(failure === null || failure instanceof BadSyntax).toBe(true);
      }),
    );
  });
});

test('what message rows can decide goes to the database, the rest is asked cheapest first', () => {
  const plan = planSearch(
    parseSearchKeys(new Cursor(['TEXT x UNSEEN SUBJECT y OR BODY a FLAGGED SINCE 2-Jan-1970']), 0),
  );
  expect(plan.filter).toMatchObject({ set: 0, unset: 1, since: new Date(86_400_000) });
  expect(plan.left.map((key) => key.kind)).toEqual(['header', 'text', 'or']);
  expect(plan.left[2]).toMatchObject({ keys: [{ kind: 'flag' }, { kind: 'body' }] });
  expect(planSearch(parseSearchKeys(new Cursor(['1:3 ALL']), 0))).toMatchObject({ isUnfiltered: true });
});
