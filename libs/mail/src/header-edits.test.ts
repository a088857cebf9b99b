import fc from 'fast-check';
import { expect, it } from 'vitest';
import { behindReturnPath, editedHeader, mergeRanges, returnPathLength } from './header-edits.ts';

it('merged ranges are ascending, disjoint, and cover exactly what any of the lists covers', () => {
  const range = fc.tuple(fc.nat(60), fc.nat(10)).map(([start, length]) => [start, start + length]);
  const list = fc.array(range, { maxLength: 5 }).map((ranges) => ranges.flat());
  const covered = (ranges: readonly number[]): Set<number> => {
    const places = new Set<number>();
    for (let index = 0; index < ranges.length; index += 2) {
      for (let at = ranges[index] as number; at < (ranges[index + 1] as number); at++) places.add(at);
    }
    return places;
  };
  fc.assert(
    fc.property(fc.array(list, { maxLength: 4 }), (lists) => {
      const merged = mergeRanges(lists);
      expect(covered(merged)).toEqual(covered(lists.flat()));
      for (let index = 1; index < merged.length; index++) {
        expect(merged[index] as number).toBeGreaterThan(merged[index - 1] as number);
      }
    }),
  );
});

it('an edited header is the prefix and what is not in a range; the body is never asked for', () => {
  const stored = Buffer.from('Return-Path: <a@b>\r\nA: 1\r\nB: 2\r\n\r\n');
  expect(editedHeader(stored, null, null)).toEqual(stored);
  const removed = [0, returnPathLength(stored)];
  expect(editedHeader(stored, Buffer.from('X: 0\r\n'), removed).toString()).toBe(
    'X: 0\r\nA: 1\r\nB: 2\r\n\r\n',
  );
  expect(returnPathLength(Buffer.from('A: 1\r\nReturn-Path: <a@b>\r\n\r\n'))).toBe(0);
});

it('RFC 5321 §4.4: Return-Path stays first, fields in front come behind it', () => {
  const shown = (header: string, removed: number[] | null): string => {
    const stored = Buffer.from(header);
    const edits = behindReturnPath(stored, Buffer.from('X: 0\r\n'), removed);
    return editedHeader(stored, edits.prefix, edits.removed).toString();
  };
  expect(shown('Return-Path: <a@b>\r\nA: 1\r\nB: 2\r\n\r\n', [20, 26])).toBe(
    'Return-Path: <a@b>\r\nX: 0\r\nB: 2\r\n\r\n',
  );
  expect(shown('A: 1\r\n\r\n', null)).toBe('X: 0\r\nA: 1\r\n\r\n');
  const stored = Buffer.from('Return-Path: <>\r\nA: 1\r\n\r\n');
  const first = behindReturnPath(stored, Buffer.from('X: 0\r\n'), null);
  const again = behindReturnPath(
    stored,
    Buffer.concat([Buffer.from('Y: 0\r\n'), first.prefix]),
    first.removed,
  );
  expect(editedHeader(stored, again.prefix, again.removed).toString()).toBe(
    'Return-Path: <>\r\nY: 0\r\nX: 0\r\nA: 1\r\n\r\n',
  );
});
