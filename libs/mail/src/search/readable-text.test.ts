// The charsets in which texts are searched: all that the tables know.
import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { decodeCharset } from './readable-text.ts';

// Loads the names.
iconv.encodingExists('utf-8');
const names = Object.keys((iconv as unknown as { encodings: Record<string, unknown> }).encodings);
/** Transfer encodings and the like, which go by a charset's way; Unicode is seen from its octets. */
const OTHERS =
  /^_|^(?:base64|hex|binary|utf7imap|utf8|unicode11utf8|cesu8|ascii|usascii|iso646us|ansix34.*|.*ascii.*)$/;
const SAMPLE = 'Hello, Привет; é ß 漢字 한글';

test('there are many', () => {
  expect(names.length).toBeGreaterThan(200);
});

test.each(names.filter((name) => !OTHERS.test(name) && iconv.encodingExists(name)))('%s', (name) => {
  const octets = iconv.encode(SAMPLE, name);
  expect(decodeCharset(octets, name)).toBe(iconv.decode(octets, name));
});

test.each(['utf-7-imap', 'base64', 'hex', 'binary', 'no-such-charset', null])('%s is none', (name) => {
  expect(decodeCharset(Buffer.from('0L/QsA=='), name)).toBe('0L/QsA==');
});
