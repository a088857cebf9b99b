import { describe, expect, test } from 'vitest';
import { list, plain, size, table, time } from './output.ts';

describe('a table', () => {
  test('has columns as wide as their widest cell, in characters', () => {
    expect(
      table(
        ['Имя', 'N'],
        [
          ['й', '1'],
          ['abcde', '2'],
        ],
      ),
    ).toBe('Имя    N\nй      1\nabcde  2\n');
    expect(table(['A'], [])).toBe('');
  });

  test('keeps foreign text on its line and away from the terminal', () => {
    expect(plain('a\u001b[2Jb\r\nc\u202ed')).toBe('a\ufffd[2Jb\ufffd\ufffdc\ufffdd');
    expect(table(['A', 'B'], [['x\ny', 'z']])).toBe('A    B\nx\ufffdy  z\n');
    expect(list([['Subject', '\u0007x']])).toBe('Subject  \ufffdx\n');
  });
});

test.each([
  [0, '0'],
  [1023, '1023'],
  [1536, '1.5K'],
  [500 * 1024 ** 2, '500M'],
  [2 * 1024 ** 5, '2048T'],
  [null, ''],
])('%s bytes are shown as %s', (bytes, shown) => {
  expect(size(bytes)).toBe(shown);
});

test('a time is shown in local time, none as nothing', () => {
  const at = new Date(2027, 0, 2, 3, 4, 5);
  expect(time(at.toISOString())).toBe('2027-01-02 03:04:05');
  expect(time(null)).toBe('');
});
