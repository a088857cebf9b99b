import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadSyntax } from './cursor.ts';
import { formatDateTime, parseDateTime, parseDay } from './date-time.ts';

describe('RFC 9051 §9: date-time', () => {
  test.each([
    ['17-Jul-1996 02:44:25 -0700', '1996-07-17T09:44:25Z'],
    [' 1-jan-2026 00:00:00 +0300', '2025-12-31T21:00:00Z'],
    ['3-Nov-2026 18:28:47 +0000', '2026-11-03T18:28:47Z'],
    ['31-Dec-9999 23:59:59 +0000', '9999-12-31T23:59:59Z'],
    ['01-Jan-0001 00:00:00 +0000', '0001-01-01T00:00:00Z'],
    ['29-Feb-2024 23:59:60 +0000', '2024-03-01T00:00:00Z'],
    ['01-Jan-0099 00:00:00 +0000', '0099-01-01T00:00:00Z'],
  ])('%j', (text, moment) => {
    expect(parseDateTime(text).toISOString()).toBe(new Date(moment).toISOString());
  });

  test.each([
    '17-Jul-1996',
    '32-Jul-1996 02:44:25 -0700',
    '29-Feb-2023 00:00:00 +0000',
    '17-Foo-1996 02:44:25 -0700',
    '17-Jul-1996 24:44:25 -0700',
    '17-Jul-1996 02:60:25 -0700',
    '17-Jul-1996 02:44:25',
    '  1-Jul-1996 02:44:25 -0700',
    '001-Jul-1996 02:44:25 -0700',
    '31-Dec-9999 23:59:59 -1200',
    '01-Jan-0000 00:00:00 +0000',
    '01-Jan-0001 00:00:00 +0100',
    '',
  ])('%j is none', (text) => {
    expect(() => parseDateTime(text)).toThrow(BadSyntax);
  });

  test('a stored date beyond four digits of a year is shown as the nearest that has them', () => {
    expect(formatDateTime(Date.parse('+010000-01-01T11:59:59Z'))).toBe('31-Dec-9999 23:59:59 +0000');
    expect(formatDateTime(Date.parse('-000001-12-31T23:00:00Z'))).toBe(' 1-Jan-0001 00:00:00 +0000');
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_208_988_800, max: 253_402_300_799 }), (seconds) => {
        expect(parseDateTime(formatDateTime(seconds * 1000)).getTime()).toBe(seconds * 1000);
      }),
    );
  });
});

test('RFC 9051 §9: date', () => {
  expect(parseDay('1-Jan-1970')).toBe(0);
  expect(parseDay('02-feb-1970')).toBe(32);
  for (const text of ['31-Apr-2026', '0-Jan-2026', '1-Jan-26', '1 Jan 2026', '']) {
    expect(() => parseDay(text)).toThrow(BadSyntax);
  }
});
