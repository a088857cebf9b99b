import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldHeader, parseHeaderFields } from './header.ts';
import { expectLinear } from '../tests/linear.ts';

const parse = (text: string) => parseHeaderFields(Buffer.from(text, 'latin1'));

describe('parseHeaderFields', () => {
  test('fields have their name, unfolded value and byte range', () => {
    const text = 'Subject: one\r\n two\r\n\tthree\r\nX-Empty:\r\nTO : a@b\n\r\nbody: no';
    expect(parse(text)).toEqual([
      { name: 'Subject', lower: 'subject', start: 0, end: 28, value: 'one two\tthree' },
      { name: 'X-Empty', lower: 'x-empty', start: 28, end: 38, value: '' },
      { name: 'TO', lower: 'to', start: 38, end: 47, value: 'a@b' },
    ]);
  });

  test.each([
    'no colon here\r\nA: b\r\n',
    ' folded first\r\nA: b\r\n',
    ': no name\r\nA: b\r\n',
    'b\u00e4d: x\r\nA: b\r\n',
    'two words: x\r\nA: b\r\n',
  ])('lines that are no field are passed over: %j', (text) => {
    expect(parse(text).map((field) => field.name)).toEqual(['A']);
  });

  test('a field ends at the end of the header when nothing follows', () => {
    expect(parse('A: b')).toMatchObject([{ start: 0, end: 4, value: 'b' }]);
    expect(parse('A: b\r\n c')).toMatchObject([{ start: 0, end: 8, value: 'b c' }]);
    expect(parse('A:')).toMatchObject([{ start: 0, end: 2, value: '' }]);
    expect(parse('A')).toEqual([]);
  });

  test('octets beyond US-ASCII stay as they are', () => {
    expect(parse('Subject: \u00cf\u00f0\u00e8\r\n')[0]?.value).toBe('\u00cf\u00f0\u00e8');
  });

  test.each(['ДОГОВОР', 'ТОВАР', 'СЕМИНАР', 'Voilà', '\u00a0', '\u2028', '\ufeff'])(
    'RFC 5322 §2.2.3: blanks are SP, TAB, CR and LF, not octets of characters: %s',
    (text) => {
      const octets = Buffer.from(text).toString('latin1');
      expect(parse(`Subject: \t${octets} \t\r\n`)[0]?.value).toBe(octets);
    },
  );

  test('a line of blanks continues a field, a blank line ends the header', () => {
    expect(parse('A: b\r\n \r\n c\r\nD: e\r\n\r\nF: g').map((field) => [field.name, field.value])).toEqual([
      ['A', 'b  c'],
      ['D', 'e'],
    ]);
  });

  test('property: never throws, ranges are ascending and inside', () => {
    const piece = fc.constantFrom('A', ':', ' ', '\t', '\r\n', '\n', '\r', '\u0000', '\u00ff', 'b');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 50 }), (pieces) => {
        const text = pieces.join('');
        let from = 0;
        for (const field of parse(text)) {
          expect(field.start).toBeGreaterThanOrEqual(from);
          expect(field.end).toBeGreaterThan(field.start);
          expect(text.slice(field.start, field.end).startsWith(field.name)).toBe(true);
          from = field.end;
        }
        expect(from).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('time is linear for long and odd headers', () => {
    expectLinear(200_000, (size) => {
      for (const unit of ['a', ' ', '\n ', '\r', ':', 'a:\r\n', 'a\r\n', '\t\r\n '])
        parse(`A: ${unit.repeat(size)}`);
    });
  });
});

describe('foldHeader', () => {
  test('RFC 5322 §2.1.1: lines of at most 78 characters, cut before blanks', () => {
    const text = foldHeader(
      'References',
      Array.from({ length: 20 }, (_, i) => `<id-${i}@example.org>`).join(' '),
    );
    expect(text.endsWith('\r\n')).toBe(true);
    for (const line of text.trimEnd().split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  test('a value can not open another field', () => {
    expect(foldHeader('Subject', 'x\r\nBcc: y\n\u0000z')).toBe('Subject: x Bcc: y z\r\n');
  });

  test('property: what is folded is read as what was given', () => {
    const value = fc.string({
      unit: fc.constantFrom('a', 'bb', ' ', ',', '<x@y>', 'w'.repeat(40), '\u00e4'),
      maxLength: 200,
    });
    fc.assert(
      fc.property(value, (text) => {
        const [field, ...others] = parse(foldHeader('X-Field', text));
        expect(others).toEqual([]);
        expect(field?.value ?? '').toBe(text.trim());
      }),
      { numRuns: 2000 },
    );
  });
});
