// The canonical form of a field, and what a signature covers.
import { parseHeaderFields } from '@pochtar/mail';
import { describe, expect, test } from 'vitest';
import { relaxedField, signedFields } from './signed-fields.ts';

describe('RFC 6376 §3.4.2: a relaxed field', () => {
  test.each([
    ['a', 'A: X\r\n', 'a:X'],
    ['b', 'B : Y\t\r\n\tZ  \r\n', 'b:Y Z'],
    ['c', 'C:\r\n', 'c:'],
  ])('%s', (lower, written, relaxed) => {
    expect(relaxedField(lower, written)).toBe(relaxed);
  });
});

describe('what a signature covers', () => {
  const covered = (header: string) => {
    const bytes = Buffer.from(header);
    return signedFields(bytes, parseHeaderFields(bytes));
  };

  test('RFC 6376 §8.15: each field of the reader’s once more than it is there, so that none can be added', () => {
    const { names } = covered('From: a@b.test\r\nTo: x@y.test\r\n\r\n');
    const count = (name: string) => names.filter((one) => one === name).length;
    expect(['from', 'to', 'subject', 'date', 'message-id', 'reply-to', 'cc'].map(count)).toEqual([
      2, 2, 1, 1, 1, 1, 1,
    ]);
    expect(['in-reply-to', 'references', 'mime-version', 'content-type'].map(count)).toEqual([1, 1, 1, 1]);
  });

  test('RFC 6376 §5.4.2: of several fields of one name the last comes first', () => {
    const { relaxed } = covered('From: a@b.test\r\nTo: one\r\nTo: two\r\n\r\n');
    expect(relaxed).toBe('from:a@b.test\r\nto:two\r\nto:one\r\n');
  });

  test('the way of a mail is not covered; fields of a list are where they are there', () => {
    const { names } = covered(
      'Received: x\r\nReturn-Path: <>\r\nX-Own: y\r\nList-Unsubscribe: <z>\r\nFrom: a@b.test\r\n\r\n',
    );
    expect(names).not.toContain('received');
    expect(names).not.toContain('x-own');
    expect(names).toContain('list-unsubscribe');
    expect(names).not.toContain('list-id');
  });
});
