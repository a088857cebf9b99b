// RFC 6856 §5: a header for clients that know nothing of UTF-8.
import { describe, expect, test } from 'vitest';
import { withPlainHeader } from './plain-header.ts';

const BODY = Buffer.from('письмо\r\n');

async function* inPieces(octets: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += length) yield octets.subarray(at, at + length);
}

/** The header as it is shown; null: it can't be. The body has to be as it was. */
async function shown(header: Buffer, length: number): Promise<string | null> {
  const bytes = inPieces(Buffer.concat([header, BODY]), length);
  const plain = await withPlainHeader({ bytes, headerLength: header.length });
  if (plain === null) return null;
  const whole = Buffer.concat(await Array.fromAsync(plain.bytes));
  expect(whole.subarray(plain.headerLength)).toEqual(BODY);
  return whole.toString('latin1', 0, plain.headerLength);
}

describe.each([1, 7, 1000])('in pieces of %i octets', (length) => {
  test.each([
    ['Subject: x\r\n\r\n', 'Subject: x\r\n\r\n'],
    ['Subject: Привет\r\nX: y\r\n\r\n', 'Subject: =?UTF-8?B?0J/RgNC40LLQtdGC?=\r\nX: y\r\n\r\n'],
    ['From: <анна@demo.test>\r\n\r\n', null],
    ['', ''],
  ])('%j', async (header, wanted) => {
    expect(await shown(Buffer.from(header), length)).toBe(wanted);
  });

  test('octets of an old charset stay as they are', async () => {
    const header = Buffer.from('Subject: \xf0\xd2\xc9\r\n\r\n', 'latin1');
    expect(await shown(header, length)).toBe(header.toString('latin1'));
  });
});
