import { expect, test } from 'vitest';
import { fitting, pageAfter, pageOf } from './pages.ts';

const rows = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, index) => ({
    key: String(index).padStart(3, '0'),
    text: 'x'.repeat(bytes),
  }));
const keyOf = ({ key }: { key: string }): string => key;

test('as many as fit, counted as they travel', () => {
  expect(fitting(rows(10, 100), 500)).toHaveLength(4);
  expect(fitting(rows(10, 1), 10_000)).toHaveLength(10);
  // Two bytes a letter, and six where JSON writes an escape.
  expect(
    fitting(
      Array.from({ length: 10 }, () => 'ы'.repeat(50)),
      500,
    ),
  ).toHaveLength(4);
  expect(
    fitting(
      Array.from({ length: 10 }, () => '\u0001'.repeat(50)),
      700,
    ),
  ).toHaveLength(2);
});

test('one at least, however large', () => {
  expect(fitting(rows(3, 1000), 10)).toHaveLength(1);
  expect(fitting([], 10)).toEqual([]);
});

test('a page ends where the message is full, and the next begins after it', () => {
  const all = rows(5, 300_000);
  const first = pageAfter(all, keyOf, undefined);
  expect([first.rows.length, first.next]).toEqual([2, '001']);
  const second = pageAfter(all, keyOf, '001');
  expect([second.rows.map(keyOf), second.next]).toEqual([['002', '003'], '003']);
  expect(pageAfter(all, keyOf, '003')).toEqual({ rows: [all[4]], next: null });
  expect(pageAfter(all, keyOf, '004')).toEqual({ rows: [], next: null });
  // The row where it would go on is gone.
  expect(pageAfter(all, keyOf, '0025').rows.map(keyOf)).toEqual(['003', '004']);
});

test('a page that was read by key ends at its limit or where the message is full', () => {
  expect(pageOf(rows(5, 1), keyOf, 5).next).toBe('004');
  expect(pageOf(rows(4, 1), keyOf, 5).next).toBeNull();
  const cut = pageOf(rows(4, 300_000), keyOf, 5);
  expect([cut.rows.length, cut.next]).toEqual([2, '001']);
  expect(pageOf([], keyOf, 5)).toEqual({ rows: [], next: null });
});
