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
