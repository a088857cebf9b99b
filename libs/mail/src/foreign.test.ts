import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeForeign, printableForeign } from './foreign.ts';

test('printable text stays; what would end a string or comment is encoded', () => {
  expect(encodeForeign('mail.example.org')).toBe('"mail.example.org"');
  expect(encodeForeign('a"b\\(c)%\r\n')).toBe('"a%22b%5C%28c%29%25%0D%0A"');
  expect(printableForeign('550 "no" (such) user, Привет')).toBe(
    '550 "no" (such) user, %D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82',
  );
});

test('what is too long ends in ...', () => {
  expect(printableForeign('abcdefghij', 8)).toBe('abcde...');
  expect(printableForeign('яяяя', 10)).toBe('%D1%8F...');
  expect(printableForeign('abcdefgh', 8)).toBe('abcdefgh');
});

test('property: printable, bounded, and reversible unless cut', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer({ min: 6, max: 300 }),
      (text, max) => {
        const encoded = encodeForeign(text, max);
        expect(encoded.length).toBeLessThanOrEqual(max);
        expect(encoded).toMatch(/^"[ -~]*"$/);
        expect(encoded.slice(1, -1)).not.toMatch(/["\\()]/);
        const whole = encodeForeign(text, 100_000);
        expect(decodeURIComponent(whole.slice(1, -1))).toBe(text.toWellFormed());
        expect(encoded === whole).toBe(whole.length <= max);
        expect(printableForeign(text, max)).toMatch(/^[ -~]*$/);
        expect(printableForeign(text, max).length).toBeLessThanOrEqual(max);
      },
    ),
    { numRuns: 400 },
  );
});
