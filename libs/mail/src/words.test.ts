import * as fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { bytesToText, cleanText, decodeWords, encodeWords, textToBytes } from './words.ts';
import { expectLinear } from '../tests/linear.ts';

const bytes = (text: string, charset: string) => iconv.encode(text, charset).toString('latin1');

describe('decodeWords', () => {
  test.each([
    ['plain', 'plain'],
    ['=?utf-8?B?0J/RgNC40LLQtdGC?=', 'Привет'],
    ['=?UTF-8?Q?=D0=9F_x?= y', 'П x y'],
    ['=?koi8-r?Q?=F0=D2?= =?koi8-r?Q?=C9?=', 'При'],
    ['=?windows-1251?B?z/Do4uXy?=', 'Привет'],
    ['=?utf-8*ru?Q?x?=', 'x'],
    ['a =?utf-8?q?b?= c', 'a b c'],
    ['=?utf-8?B?0J8=?= =?utf-8?B?0YA=?=', 'Пр'],
    ['=?nonsense?Q?x=41?=', 'xA'],
    ['=?utf-8?Q?line=0D=0ABcc:_x=00?=', 'line Bcc: x '],
    ['=?utf-7?Q?+ADw-script+AD4-?=', '+ADw-script+AD4-'],
    ['=?utf-8?Q?unclosed', '=?utf-8?Q?unclosed'],
    ['', ''],
  ])('RFC 2047: %s', (value, text) => {
    expect(decodeWords(value)).toBe(text);
  });

  const text = 'Срочно: отчёт за ноябрь';

  test.each(['utf-8', 'koi8-r', 'windows-1251'])('raw 8-bit text without a label: %s', (charset) => {
    expect(decodeWords(bytes(text, charset))).toBe(text);
  });

  test.each(['koi8-r', 'windows-1251', 'iso-8859-5', 'cp866'])(
    'raw 8-bit text in the charset of the mail: %s',
    (charset) => {
      expect(decodeWords(bytes(text, charset), charset)).toBe(text);
    },
  );

  test('a few high octets among Latin letters are accents', () => {
    expect(decodeWords('Caf\u00e9 M\u00fcller')).toBe('Café Müller');
  });

  test('a charset that says nothing about octets is not believed', () => {
    for (const charset of ['us-ascii', 'utf-8', 'utf-7', 'base64', 'nonsense', '__proto__']) {
      expect(decodeWords(bytes(text, 'koi8-r'), charset)).toBe(text);
    }
  });

  test('text that was decoded already stays', () => {
    expect(decodeWords('Привет \u20ac')).toBe('Привет \u20ac');
  });

  test('property: never throws, one well-formed line without controls', () => {
    const piece = fc.constantFrom(
      '=?',
      '?=',
      '?',
      'utf-8',
      'koi8-r',
      'Q',
      'B',
      '=D0',
      '0J8=',
      ' ',
      '\u00ff',
      '\u0000',
      '\n',
      'я',
      '\ud800',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const decoded = decodeWords(pieces.join(''));
        expect(decoded.isWellFormed()).toBe(true);
        // oxlint-disable-next-line no-control-regex -- none may be left
        expect(decoded).not.toMatch(/[\u0000-\u001f\u007f]/);
      }),
      { numRuns: 2000 },
    );
  });

  test('time is linear in odd values', () => {
    expectLinear(250_000, (size) => {
      for (const unit of [
        '=?',
        '?=',
        '=?utf-8?Q?',
        '=?utf-8?Q?a?= ',
        '=?utf-8?B?YQ==?=\t',
        '=?a?',
        ' ',
        '\u00ff',
      ]) {
        decodeWords(unit.repeat(size / unit.length));
        decodeWords(`=?utf-8?Q?${unit.repeat(size / unit.length)}?=`);
      }
    });
  });
});

describe('encodeWords', () => {
  test('printable US-ASCII stays, except what would be decoded', () => {
    expect(encodeWords('Hello, world')).toBe('Hello, world');
    expect(encodeWords('=?utf-8?Q?x?=')).toMatch(/^=\?UTF-8\?B\?/);
  });

  test('property: printable, words of at most 75 octets, decoded to what was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        const encoded = encodeWords(text);
        expect(encoded).toMatch(/^[ -~]*$/);
        const longest = Math.max(...encoded.split(' ').map((word) => word.length));
        expect(encoded === text || longest <= 75).toBe(true);
        // oxlint-disable-next-line no-control-regex -- controls become blanks
        expect(decodeWords(encoded)).toBe(text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' '));
      }),
      { numRuns: 1000 },
    );
  });
});

test('octets of a text and back', () => {
  expect(textToBytes('я')).toBe('\u00d1\u008f');
  expect(bytesToText('\u00d1\u008f')).toBe('я');
});

test('cleanText leaves nothing Postgres refuses', () => {
  expect(cleanText('a\u0000b\ud800')).toBe('ab\ufffd');
});
