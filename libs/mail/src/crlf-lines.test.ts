import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CrlfLines } from './crlf-lines.ts';

function convert(text: string, size = text.length): string {
  const lines = new CrlfLines();
  let converted = '';
  for (let at = 0; at < text.length; at += size) {
    converted += lines.convert(Buffer.from(text.slice(at, at + size), 'latin1')).toString('latin1');
  }
  return converted;
}

test.each([
  ['', ''],
  ['a\n', 'a\r\n'],
  ['\n\n.\n', '\r\n\r\n.\r\n'],
  ['a\r\nb\n', 'a\r\nb\r\n'],
  ['a\r\r\nb', 'a\r\r\nb'],
  ['a\rb', 'a\rb'],
])('RFC 5322 §2.1: %j becomes %j', (text, wanted) => {
  expect(convert(text)).toBe(wanted);
});

test('it does not matter where a text is cut, and CRLF is left as it is', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\r\n', '\xff'), maxLength: 30 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (given, size) => {
      const converted = convert(given, size);
      expect(converted).toBe(given.replace(/(?<!\r)\n/g, '\r\n'));
      expect(convert(converted)).toBe(converted);
    }),
  );
});
