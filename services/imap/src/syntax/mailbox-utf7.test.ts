import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMailboxName, decodeUtf7, encodeMailboxName, encodeUtf7 } from './mailbox-utf7.ts';

describe('RFC 3501 §5.1.3: modified UTF-7', () => {
  test.each([
    ['INBOX', 'INBOX'],
    ['A&B', 'A&-B'],
    ['Отправленные', '&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-'],
    ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
    ['😀', '&2D3eAA-'],
    ['a\u0001b', 'a&AAE-b'],
  ])('%s', (name, wire) => {
    expect(encodeUtf7(name)).toBe(wire);
    expect(decodeUtf7(wire)).toBe(name);
  });

  test.each(['&', 'a&b', '&AAA', '&-&', '&AGE-', '&!!-', '&2D0-', '&BB4-&BEI-', '&BB5-', '&AA-'])(
    '%s is malformed, or not the one form of its name',
    (wire) => {
      expect(decodeUtf7(wire)).toBeNull();
    },
  );

  test('every name has one form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(decodeUtf7(encodeUtf7(name))).toBe(name);
        expect(encodeUtf7(name)).toMatch(/^[\u0020-\u007e]*$/);
        expect(decodeMailboxName(encodeMailboxName(name, true), true)).toBe(name);
      }),
    );
  });

  test('any octets are a name or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (wire) => {
        const name = decodeUtf7(wire);
        expect(name === null || encodeUtf7(name) === wire).toBe(true);
      }),
    );
  });
});

test('8-bit octets are UTF-8, whatever was enabled', () => {
  const octets = Buffer.from('Папка').toString('latin1');
  expect(decodeMailboxName(octets, false)).toBe('Папка');
  expect(decodeMailboxName('\u00ff', false)).toBeNull();
  expect(decodeMailboxName('A&B', true)).toBe('A&B');
});
