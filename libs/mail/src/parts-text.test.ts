import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { madePart, renderMail } from '../tests/generated-mail.ts';
import { scanMail } from '../tests/scan-mail.ts';
import type { PartRange } from './parts-text.ts';
import { decodeParts, encodeParts } from './parts-text.ts';

const ranges = (mail: string): PartRange[] => decodeParts(encodeParts(scanMail(mail).root));

const byPath = (mail: string, path: string) => ranges(mail).find((range) => range.path === path);

describe('part ranges (RFC 9051 §6.4.5)', () => {
  const plain = 'Subject: x\r\nContent-Type: text/html; charset=koi8-r\r\n\r\nbody';

  test('a mail that is no multipart has a part 1, its body', () => {
    expect(ranges(plain).map((range) => range.path)).toEqual(['', '1']);
    const range = byPath(plain, '1');
    expect(plain.slice(range?.bodyStart, range?.end)).toBe('body');
    expect(range).toMatchObject({
      type: 'text',
      subtype: 'html',
      charset: 'koi8-r',
      encoding: '7bit',
      isMessage: false,
    });
  });

  const forwarded = [
    'Content-Type: multipart/mixed; boundary=a',
    '',
    '--a',
    'Content-Type: message/rfc822',
    '',
    'Subject: inside',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'X: y',
    '',
    'deep',
    '--b--',
    '--a--',
  ].join('\r\n');

  test('header and text of an embedded message are known, its multipart has no number', () => {
    expect(ranges(forwarded).map((range) => range.path)).toEqual(['', '1', '1.1']);
    const message = byPath(forwarded, '1');
    expect(message?.isMessage).toBe(true);
    expect(forwarded.slice(message?.headerStart, message?.bodyStart)).toBe(
      'Content-Type: message/rfc822\r\n\r\n',
    );
    expect(forwarded.slice(message?.bodyStart, message?.textStart ?? -1)).toMatch(
      /^Subject: inside\r\n.*boundary=b\r\n\r\n$/s,
    );
    expect(forwarded.slice(message?.textStart ?? -1, message?.end)).toBe('--b\r\nX: y\r\n\r\ndeep\r\n--b--');
    const deep = byPath(forwarded, '1.1');
    expect(forwarded.slice(deep?.headerStart, deep?.bodyStart)).toBe('X: y\r\n\r\n');
    expect(forwarded.slice(deep?.bodyStart, deep?.end)).toBe('deep');
  });

  test.each([
    ['Content-Type: multipart/mixed; boundary=b\r\n\r\nnothing', '1'],
    [
      'Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--a--',
      '1.1',
    ],
    ['Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nx', '1.1'],
  ])('the empty text that BODYSTRUCTURE shows in a multipart without parts is a part: %#', (mail, path) => {
    const found = byPath(mail, path);
    expect(found).toMatchObject({ type: 'text', subtype: 'plain', encoding: '7bit', charset: 'us-ascii' });
    expect([found?.headerStart, found?.bodyStart]).toEqual([found?.end, found?.end]);
  });

  test('property: paths are unique, and every numbered part is there', () => {
    fc.assert(
      fc.property(madePart, (part) => {
        const paths = ranges(renderMail(part)).map((range) => range.path);
        expect(new Set(paths).size).toBe(paths.length);
        for (const path of paths.filter((each) => each.includes('.'))) {
          const [, before, last] = /^(.*)\.(\d+)$/.exec(path) ?? [];
          expect(paths).toContain(before);
          const neighbour = last === '1' ? before : `${before}.${Number(last) - 1}`;
          expect(paths).toContain(neighbour);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each(['', 'null', '{}', '[1]', '[[""]]'])('damaged text is an error: %j', (text) => {
    expect(() => decodeParts(text)).toThrow('Part ranges are damaged');
  });
});
