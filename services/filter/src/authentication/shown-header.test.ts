import { parseHeaderFields } from '@pochtar/mail';
import { expect, test } from 'vitest';
import { shownHeader } from './shown-header.ts';

const signature = (index: number, more = ''): string =>
  `DKIM-Signature: v=1; d=d${index}.test; s=s; h=from;${more} b=AAAA\r\n`;

function shown(header: string) {
  const octets = Buffer.from(header);
  const { bytes, ...rest } = shownHeader(octets, parseHeaderFields(octets));
  return { ...rest, text: bytes.toString() };
}

test('a header as people send it is shown as it is, with a blank line, and the names of its keys', () => {
  const header = `Received: a\r\n${signature(1)}${signature(2)}From: a@b\r\n`;
  expect(shown(header)).toEqual({
    text: `${header}\r\n`,
    isSigned: true,
    unchecked: 0,
    keyNames: ['s._domainkey.d1.test', 's._domainkey.d2.test'],
    authorDomain: 'b',
  });
  expect(shown('From: a@b\r\n')).toMatchObject({ isSigned: false, keyNames: [] });
});

test('RFC 6376 §6.1: ten signatures are looked at, two of them of a part of the body', () => {
  const many = Array.from({ length: 15 }, (_, index) => signature(index)).join('');
  expect(shown(many)).toMatchObject({ unchecked: 5 });
  expect(shown(many).keyNames).toHaveLength(10);
  const partial = Array.from({ length: 5 }, (_, index) => signature(index, ` l=${index};`)).join('');
  expect(shown(partial)).toMatchObject({ unchecked: 3 });
});

test.each([
  ['a signature of 20 KB', `DKIM-Signature: d=a; s=b; b=${'A'.repeat(20_000)}\r\n`],
  ['a signature of 300 tags', signature(1, ' x=y;'.repeat(300))],
  ['a signature with 600 blanks in a row', signature(1, `${' '.repeat(600)}x=y;`)],
  ['a signature of 600 fields', signature(1).replace('h=from', `h=${'a:'.repeat(600)}from`)],
])('%s is left out, and the author stays', (_, field) => {
  expect(shown(`${field}From: a@b\r\n`)).toMatchObject({ unchecked: 1, text: 'From: a@b\r\n\r\n' });
});

test.each([
  ['over 512 KiB', `X: ${'x'.repeat(600_000)}\r\n`],
  ['of 11,000 lines', `X: a\r\n${' b\r\n'.repeat(11_000)}`],
])('of a header %s only the author is shown', (_, long) => {
  expect(shown(`${long}${signature(1)}From: a@b\r\nSubject: x\r\n`)).toEqual({
    ...{ text: 'From: a@b\r\n\r\n', isSigned: false, unchecked: 1, keyNames: [], authorDomain: 'b' },
  });
});

test.each([
  ['of a chain with 300 tags', `ARC-Authentication-Results: i=1;${' x=y;'.repeat(300)} z\r\n`],
  ['with 600 bare CRs in a row', `X: ${'\r'.repeat(600)}y\r\n`],
])('a field %s is not shown', (_, field) => {
  expect(shown(`${field}From: a@b\r\n`)).toMatchObject({ unchecked: 0, text: 'From: a@b\r\n\r\n' });
});

test('of many authors twenty are shown', () => {
  expect(shown('From: a@b\r\n'.repeat(30)).text).toBe(`${'From: a@b\r\n'.repeat(20)}\r\n`);
});
