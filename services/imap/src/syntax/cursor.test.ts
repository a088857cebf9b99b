import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadSyntax, Cursor, literalMarker } from './cursor.ts';
import { formatAstring, formatString } from './response-text.ts';

/** The pieces of a command as the reader makes them. */
function pieces(text: string): (string | Buffer)[] {
  const found: (string | Buffer)[] = [];
  let rest = text;
  for (let marker = /~?\{(\d+)\+?\}\r\n/.exec(rest); marker; marker = /~?\{(\d+)\+?\}\r\n/.exec(rest)) {
    const end = marker.index + marker[0].length;
    const length = Number(marker[1]);
    found.push(rest.slice(0, end - 2), Buffer.from(rest.slice(end, end + length), 'latin1'));
    rest = rest.slice(end + length);
  }
  return [...found, rest];
}

function cursor(text: string): Cursor {
  return new Cursor(pieces(text));
}

describe('RFC 9051 §9: strings', () => {
  test.each([
    ['abc', 'abc'],
    ['a]b', 'a]b'],
    ['"a b"', 'a b'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['""', ''],
    ['{3}\r\na"b', 'a"b'],
    ['{0}\r\n', ''],
    ['{3+}\r\n\r\nx', '\r\nx'],
    ['"a\\b"', 'ab'],
    ['"{3}"', '{3}'],
    ['\u00fa', '\u00fa'],
  ])('%j is the astring %j', (text, value) => {
    const at = cursor(text);
    expect(at.astring()).toBe(value);
    at.end();
  });

  test.each([
    '',
    ' ',
    '"a',
    '"a\\',
    '"a\u0000b"',
    '"a\rb"',
    '(',
    '{3',
    '{3}',
    '{3}x',
    '{x}\r\n',
    '%',
    '\\a',
    '{3}\r\na\u0000b',
  ])('%j is no astring', (text) => {
    expect(() => cursor(text).astring()).toThrow(BadSyntax);
  });

  test('RFC 9051 §9: literal8 is for messages, not for strings', () => {
    const at = cursor('~{3}\r\nabc');
    expect(at.astring()).toBe('~');
    expect(() => at.end()).toThrow(BadSyntax);
    expect(() => cursor('~{3}\r\nabc').string()).toThrow(BadSyntax);
  });

  test('blanks of sloppy clients', () => {
    const at = cursor('a  ( b  c )  d');
    expect(at.atom()).toBe('a');
    at.space();
    expect(at.list(() => at.atom())).toEqual(['b', 'c']);
    at.space();
    expect(at.atom()).toBe('d');
    at.end();
    expect(cursor('( )').list(() => 'x')).toEqual([]);
  });

  test('text goes on behind a literal', () => {
    const at = cursor('{2}\r\nab (c {1}\r\nd) "e"');
    expect(at.astring()).toBe('ab');
    at.space();
    expect(at.list(() => at.astring())).toEqual(['c', 'd']);
    at.space();
    expect(at.astring()).toBe('e');
    at.end();
  });

  test('NIL is no string where there may be none', () => {
    const at = cursor('nil "NIL" NILS');
    expect(at.nstring()).toBeNull();
    at.space();
    expect(at.nstring()).toBe('NIL');
  });
});

describe('numbers and words', () => {
  test.each([
    ['0', 0],
    ['4294967295', 4_294_967_295],
  ])('%s is a number', (text, value) => {
    expect(cursor(text).number()).toBe(value);
  });

  test.each(['', '-1', 'x', '4294967296', '99999999999999999999'])('%s is no number', (text) => {
    expect(() => cursor(text).number()).toThrow(BadSyntax);
  });

  test('a word is taken as a whole only', () => {
    expect(cursor('RETURNS').takeWord('RETURN')).toBe(false);
    expect(cursor('return (').takeWord('RETURN')).toBe(true);
  });

  test('what is left at the end is an error', () => {
    const at = cursor('a b');
    at.atom();
    expect(() => at.end()).toThrow('too many arguments');
  });
});

test('RFC 9051 §4.3: a line announces a literal at its very end only', () => {
  expect(literalMarker('a LOGIN {5}')).toEqual({ length: 5, isNonSynchronizing: false, isLiteral8: false });
  expect(literalMarker('a APPEND x ~{5+}')).toEqual({
    length: 5,
    isNonSynchronizing: true,
    isLiteral8: true,
  });
  expect(literalMarker(`x {4294967296}`)?.length).toBe(4_294_967_296);
  for (const line of ['a {5} b', 'a {5}"', 'a {-5}', 'a {}', 'a {5', '', 'a {123456789012345678901}']) {
    expect(literalMarker(line)).toBeNull();
  }
});

test('RFC 9051 §9: a tilde is a character of atoms', () => {
  for (const name of ['~', '~anna', 'a~b']) expect(cursor(name).astring()).toBe(name);
});

const octets = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) });

test('whatever is written is read back', () => {
  fc.assert(
    fc.property(fc.array(octets, { minLength: 1, maxLength: 5 }), (values) => {
      const text = values
        .map((value, index) => (index % 2 ? formatString(value) : formatAstring(value)))
        .join(' ');
      const at = cursor(text);
      const read = [at.astring()];
      while (at.take(' ')) read.push(at.astring());
      at.end();
      expect(read).toEqual(values);
    }),
  );
});

test('any text is read or refused, never anything else', () => {
  const reads: ((at: Cursor) => unknown)[] = [
    (at) => at.tag(),
    (at) => at.astring(),
    (at) => at.listMailbox(),
    (at) => at.nstring(),
    (at) => at.number64(),
    (at) => at.sequenceSet(),
    (at) => at.list(() => at.astring()),
  ];
  fc.assert(
    fc.property(fc.array(fc.oneof(octets, fc.constantFrom('{3}', '"', '(', ')', '~{1}', 'NIL'))), (words) => {
      for (const read of reads) {
        let failure: unknown = null;
        try {
          read(new Cursor(words.map((word, index) => (index % 2 ? Buffer.from(word, 'latin1') : word))));
        } catch (error) {
          failure = error;
        }
        expect(failure === null || failure instanceof BadSyntax).toBe(true);
      }
    }),
  );
});
