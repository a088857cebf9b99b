import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDate, parseDate } from './date.ts';

describe('parseDate', () => {
  test.each([
    ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06Z'],
    ['21 Nov 97 09:55:06 GMT', '1997-11-21T09:55:06Z'],
    ['Tue, 24 Nov 2026 04:50:00 +0300 (MSK)', '2026-11-24T01:50:00Z'],
    ['Tue, 24 Nov 2026 04:50 +0000', '2026-11-24T04:50:00Z'],
    ['Tue,24 Nov 2026 04:50:00 +0000', '2026-11-24T04:50:00Z'],
    ['Tue, 24-Nov-2026 04:50:00 EST', '2026-11-24T09:50:00Z'],
    ['24 November 2026 04:50:00 +03:00', '2026-11-24T01:50:00Z'],
    ['Tue, 24 Nov 2026 04:50:00', '2026-11-24T04:50:00Z'],
    ['Tue, 24 Nov 2026 4:50:00 PM +0000', '2026-11-24T16:50:00Z'],
    ['Tue, 24 Nov 2026 04:50:00 -0000', '2026-11-24T04:50:00Z'],
    ['Tue, 24 Nov 2026 04:50:00 A', '2026-11-24T04:50:00Z'],
    ['Thu, 29 Feb 2024 23:59:60 +0000', '2024-02-29T23:59:59Z'],
    ['Tue Nov 24 04:50:00 2026', '2026-11-24T04:50:00Z'],
    ['Tue Nov 24 04:50:00 MSK 2026', '2026-11-24T01:50:00Z'],
    ['2026-11-24T04:50:00Z', '2026-11-24T04:50:00Z'],
    ['2026-11-24 04:50:00.123 +0300', '2026-11-24T01:50:00Z'],
    ['1 Jan 49 00:00:00 +0000', '2049-01-01T00:00:00Z'],
    ['1 Jan 50 00:00:00 +0000', '1950-01-01T00:00:00Z'],
    ['1 Jan 126 00:00:00 +0000', '2026-01-01T00:00:00Z'],
    ['1 Jan 2026 00:00:00 +9999', '2026-01-01T00:00:00Z'],
    ['Fri,\t31 Dec 9999 \t 23:59:59 +0100', '9999-12-31T22:59:59Z'],
  ])('%s', (value, iso) => {
    expect(parseDate(value)?.toISOString()).toBe(new Date(iso).toISOString());
  });

  test.each([
    '',
    'yesterday',
    '31 Jun 2026 00:00:00 +0000',
    '0 Jan 2026 00:00:00 +0000',
    '1 Foo 2026 00:00:00 +0000',
    '1 Jan 2026 24:00:00 +0000',
    '1 Jan 2026 00:60:00 +0000',
    '1 Jan 0001 00:00:00 +0000',
    // In UTC these are days of the years 10000 and 1899, which not everything can write.
    'Fri, 31 Dec 9999 23:59:59 -1200',
    '9999-12-31T23:59:59-00:01',
    'Fri Dec 31 23:59:59 EST 9999',
    '1 Jan 1900 00:00:00 +0100',
    '2026-13-01T00:00:00Z',
    '29 Feb 2026 00:00:00 +0000',
    `1 Jan 2026 00:00:00 +0000${' '.repeat(300)}`,
  ])('no date: %j', (value) => {
    expect(parseDate(value)).toBeNull();
  });

  test('property: what formatDate writes is read as the same second', () => {
    const date = fc.date({
      min: new Date('1900-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, fc.integer({ min: -14 * 60, max: 14 * 60 }), (moment, offset) => {
        const second = Math.floor(moment.getTime() / 1000) * 1000;
        expect(parseDate(formatDate(moment, offset))?.getTime()).toBe(second);
      }),
      { numRuns: 2000 },
    );
  });

  test('property: a date is one of the years 1900 to 9999 in UTC, whatever the zone', () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'));
    const year = fc.oneof(fc.constantFrom(1899, 1900, 9999), fc.integer({ min: 0, max: 9999 }));
    const day = fc.constantFrom('1 Jan', '31 Dec');
    const zone = fc.tuple(fc.constantFrom('+', '-'), two(99), two(99)).map((parts) => parts.join(''));
    fc.assert(
      fc.property(day, year, two(24), two(60), zone, (date, number, hour, minute, east) => {
        const found = parseDate(`${date} ${String(number).padStart(4, '0')} ${hour}:${minute}:59 ${east}`);
        expect(found?.toISOString() ?? '1900-').toMatch(/^(?:19|[2-9]\d)\d\d-/);
      }),
      { numRuns: 2000 },
    );
  });

  test('property: never throws, never gives an invalid date', () => {
    const piece = fc.constantFrom(
      'Tue',
      ',',
      ' ',
      '24',
      'Nov',
      '2026',
      '04:50',
      ':00',
      '+0300',
      '(',
      ')',
      'PM',
      '-',
      '99',
      'GMT',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(parseDate(pieces.join(''))?.getTime()).not.toBeNaN();
      }),
      { numRuns: 3000 },
    );
  });
});

test('RFC 5322 §3.3: a date in the zone asked for', () => {
  const date = new Date('2026-11-24T01:50:09Z');
  expect(formatDate(date)).toBe('Tue, 24 Nov 2026 01:50:09 +0000');
  expect(formatDate(date, 180)).toBe('Tue, 24 Nov 2026 04:50:09 +0300');
  expect(formatDate(date, -210)).toBe('Mon, 23 Nov 2026 22:20:09 -0330');
});
