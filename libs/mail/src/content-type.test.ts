import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parameterOctets, parseContentType, parseDisposition } from './content-type.ts';
import { expectLinear } from '../tests/linear.ts';

const parameters = (value: string) => Object.fromEntries(parseContentType(value)?.parameters ?? []);

describe('parseContentType', () => {
  test.each([
    ['text/plain', 'text', 'plain', {}],
    ['TEXT/Html; Charset=UTF-8', 'text', 'html', { charset: 'UTF-8' }],
    ['text/plain; charset="koi8-r"; format=flowed', 'text', 'plain', { charset: 'koi8-r', format: 'flowed' }],
    ['multipart/mixed; boundary="a;b\\"c\\\\d"', 'multipart', 'mixed', { boundary: 'a;b"c\\d' }],
    ['text/plain (a (nested; comment)); charset=x (y)', 'text', 'plain', { charset: 'x' }],
    ['text / plain;charset = x', 'text', 'plain', { charset: 'x' }],
    ['application/pdf; name=My File.pdf', 'application', 'pdf', { name: 'My File.pdf' }],
    ['application/pdf; name="unclosed', 'application', 'pdf', { name: 'unclosed' }],
    ['text/plain;; ;charset=x;', 'text', 'plain', { charset: 'x' }],
    ['text/plain; =x; charset', 'text', 'plain', {}],
    [
      'application/vnd.ms-excel.sheet.binary.macroEnabled.12',
      'application',
      'vnd.ms-excel.sheet.binary.macroenabled.12',
      {},
    ],
  ])('%s', (value, type, subtype, expected) => {
    expect(parseContentType(value)).toMatchObject({ type, subtype });
    expect(parameters(value)).toEqual(expected);
  });

  test.each([
    '',
    'text',
    '/plain',
    'text/',
    'te xt/plain',
    'text/pl@in',
    ';charset=x',
    'text/plain/x',
    '"text"/"pl ain"',
  ])('RFC 2045 §5.2: not valid, so that the default counts: %j', (value) => {
    expect(parseContentType(value)).toBeNull();
  });

  test.each([
    ['text/html charset=windows-1251', 'html', { charset: 'windows-1251' }],
    ['text/html, charset=utf-8', 'html', { charset: 'utf-8' }],
    ['text/html ,charset="utf-8"', 'html', { charset: 'utf-8' }],
    ['text/html,', 'html', {}],
    ['text/html charset=utf-8; format=flowed', 'html', { charset: 'utf-8', format: 'flowed' }],
    ['text/html; charset=utf-8 format=flowed', 'html', { charset: 'utf-8', format: 'flowed' }],
    ['text/html; charset=utf-8, format=flowed', 'html', { charset: 'utf-8', format: 'flowed' }],
    ['text/html; charset="utf-8" format="flowed"', 'html', { charset: 'utf-8', format: 'flowed' }],
    ['text/html charset = utf-8', 'html', { charset: 'utf-8' }],
    ['application/pdf name="a b.pdf"', 'pdf', { name: 'a b.pdf' }],
    ['application/pdf name=My File=2.pdf', 'pdf', { name: 'My File=2.pdf' }],
    ['multipart/mixed boundary="xyz1"', 'mixed', { boundary: 'xyz1' }],
    ['multipart/mixed boundary="x y=z" type=a', 'mixed', { boundary: 'x y=z', type: 'a' }],
    ['multipart/mixed; boundary= ----=_Part', 'mixed', { boundary: '----=_Part' }],
    ['multipart/mixed; boundary= b=1', 'mixed', { boundary: 'b=1' }],
    ['text/plain (a) charset=x', 'plain', { charset: 'x' }],
  ])(
    'where a semicolon is missing or a comma stands for it, type and parameters are used: %s',
    (value, subtype, expected) => {
      expect(parseContentType(value)).toMatchObject({ subtype });
      expect(parameters(value)).toEqual(expected);
    },
  );

  test('RFC 2231 §4: the octets of an extended parameter', () => {
    const octets = (value: string) => parameterOctets(parseContentType(value)?.parameters ?? new Map(), 'x');
    expect(octets("a/b; x*=utf-8'ru'%D0%9F%zz")).toBe('\u00d0\u009f%zz');
    expect(octets("a/b; x*=utf-8''y; x=plain")).toBe('plain');
    expect(octets('a/b; x*=%41')).toBe('A');
    expect(octets('a/b; y=z')).toBeUndefined();
  });

  test('the first of two equal parameters counts', () => {
    expect(parameters('multipart/mixed; boundary=a; boundary=b')).toEqual({ boundary: 'a' });
  });

  test('RFC 2231 §3: continuations are joined by number', () => {
    expect(parameters('a/b; name*1=" two"; name*0="one"; name*2=three')).toEqual({ name: 'one twothree' });
  });

  test('RFC 2231 §4.1: an encoded piece makes the whole value encoded', () => {
    expect(parameters('a/b; name*0*=utf-8\'\'%D0%9F; name*1="x y%"')).toEqual({
      'name*': "utf-8''%D0%9Fx%20y%25",
    });
    expect(parameters('a/b; name*0=x; name*1*=%20y')).toEqual({ 'name*': "''x%20y" });
    expect(parameters("a/b; name*=utf-8'ru'%D0%9F")).toEqual({ 'name*': "utf-8'ru'%D0%9F" });
  });

  test('RFC 2231: what follows a gap is dropped', () => {
    expect(parameters('a/b; name*0=x; name*2=z')).toEqual({ name: 'x' });
    expect(parameters('a/b; name*1=x')).toEqual({});
  });

  test('parameters named like members of objects are ordinary', () => {
    expect(parseContentType('a/b; __proto__=x; constructor=y')?.parameters.get('__proto__')).toBe('x');
  });

  test('parameters and values are bounded', () => {
    const many = parseContentType(`a/b${Array.from({ length: 1000 }, (_, i) => `; p${i}=v`).join('')}`);
    expect(many?.parameters.size).toBe(63);
    expect(parseContentType(`a/b; x="${'y'.repeat(100_000)}"`)?.parameters.get('x')).toHaveLength(4096);
  });

  test('property: never throws; what a quoted value holds is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 100 }), (text) => {
        parseContentType(text);
        parseDisposition(text);
        const quoted = text.replace(/["\\]/g, '\\$&');
        expect(parameters(`a/b; x="${quoted}"`)).toEqual({ x: text });
      }),
      { numRuns: 2000 },
    );
  });

  test('time is linear in odd values', () => {
    expectLinear(250_000, (size) => {
      for (const unit of [
        '(',
        ')',
        '"',
        '\\',
        ';',
        '=',
        'a',
        '*',
        "; a*0*=''",
        '; a*0=x',
        ' ',
        ',',
        ' a',
        ' a=',
        '"" a',
      ]) {
        parseContentType(`a/b ${unit.repeat(size / unit.length)}`);
        parseContentType(`a/b;x=${unit.repeat(size / unit.length)}y`);
        parseContentType(`a/b; ${unit.repeat(size / unit.length)}`);
        parseContentType(`a/b; "${unit.repeat(size / unit.length)}`);
      }
    });
  });
});

describe('parseDisposition', () => {
  test('type and parameters', () => {
    const found = parseDisposition('ATTACHMENT; filename="a.txt"; size=3');
    expect(found?.type).toBe('attachment');
    expect([...(found?.parameters ?? [])]).toEqual([
      ['filename', 'a.txt'],
      ['size', '3'],
    ]);
    expect(parseDisposition('attachment filename="a.txt"')).toMatchObject({
      type: 'attachment',
      parameters: new Map([['filename', 'a.txt']]),
    });
  });

  test.each(['', '; filename=x', 'at tachment'])('none: %j', (value) => {
    expect(parseDisposition(value)).toBeNull();
  });
});
