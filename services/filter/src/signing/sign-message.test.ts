// The two canonical forms, and what a signature covers.
import { createHash } from 'node:crypto';
import { parseHeaderFields } from '@pochtar/mail';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RelaxedBodyHash } from './relaxed-body.ts';
import { relaxedField, signedFields } from './signed-fields.ts';

const hashOf = (...pieces: (string | Uint8Array)[]): string => {
  const hash = new RelaxedBodyHash();
  for (const piece of pieces) hash.write(Buffer.from(piece as string));
  return hash.end();
};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

describe('RFC 6376 §3.4.4: the relaxed body', () => {
  test.each([
    ['', ''],
    ['\r\n\r\n', ''],
    [' \r\n\t\r\n', ''],
    ['x', 'x\r\n'],
    // RFC 6376 §3.4.5
    [' C \r\nD \t E\r\n\r\n\r\n', ' C\r\nD E\r\n'],
    ['a\r\n\r\n b', 'a\r\n\r\n b\r\n'],
    ['a \t', 'a\r\n'],
    ['a\rb\r', 'a\rb\r\r\n'],
  ])('%j is hashed as %j', (written, relaxed) => {
    expect(hashOf(written)).toBe(sha256(relaxed));
  });

  test('RFC 8463 appendix A: the body of its example', () => {
    const body = 'Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n';
    expect(hashOf(body)).toBe('2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=');
  });

  test('is the same however the body comes in pieces', () => {
    const octet = fc.constantFrom(...Buffer.from(' \t\r\nab'));
    fc.assert(
      fc.property(
        fc.array(octet, { maxLength: 60 }),
        fc.array(fc.nat(60), { maxLength: 6 }),
        (body, cuts) => {
          const bytes = Buffer.from(body);
          const places = [
            0,
            ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b),
            bytes.length,
          ];
          const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
          expect(hashOf(...pieces)).toBe(hashOf(bytes));
        },
      ),
    );
  });
});

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
