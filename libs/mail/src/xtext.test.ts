import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeXtext, encodeXtext, parseOriginalRecipient } from './xtext.ts';

test('RFC 3461 §4: what is not printable, + and = are written in hexadecimal', () => {
  expect(encodeXtext('a+b=c d')).toBe('a+2Bb+3Dc+20d');
});

test('property: xtext is read as what was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decodeXtext(encodeXtext(text))).toBe(text.toWellFormed());
    }),
  );
});

test.each(['+', '+2', '+2b', 'a=b', 'a b', 'я', '+GG'])('no xtext: %j', (text) => {
  expect(decodeXtext(text)).toBeNull();
});

test.each([
  ['rfc822;bob+2Bx@example.org', 'rfc822', 'bob+x@example.org'],
  ['RFC822;a@b', 'rfc822', 'a@b'],
  ['utf-8;\\x{44F}@example.org', 'utf-8', 'я@example.org'],
  ['utf-8;я@пример.рф', 'utf-8', 'я@пример.рф'],
])('RFC 6533 §3: ORCPT=%s', (value, type, address) => {
  expect(parseOriginalRecipient(value)).toEqual({ type, address });
});

test.each([
  '',
  'rfc822',
  'rfc822;',
  ';a@b',
  'rfc 822;a@b',
  'rfc822;a b',
  'utf-8;\\x{D800}',
  'utf-8;\\x{0}',
  'utf-8;\\x{110000}',
  'utf-8;a\\b',
  'utf-8;a\nb',
  `rfc822;${'a'.repeat(500)}`,
])('no ORCPT: %j', (value) => {
  expect(parseOriginalRecipient(value)).toBeNull();
});
