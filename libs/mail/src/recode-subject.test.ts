import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { parseHeaderFields } from './header.ts';
import { recodedSubject } from './recode-subject.ts';
import { decodeWords } from './words.ts';

/** The bytes of a text in a charset, as a latin1 string. */
const bytes = (text: string, charset: string): string => iconv.encode(text, charset).toString('latin1');
const word = (text: string, charset: string): string =>
  `=?${charset}?B?${iconv.encode(text, charset).toString('base64')}?=`;

function recoded(subject: string, more = ''): string | null {
  const fields = parseHeaderFields(Buffer.from(`Subject: ${subject}\r\n${more}\r\n`, 'latin1'));
  return recodedSubject(fields[0] as (typeof fields)[number], fields);
}

const TEXT = 'Отчёт за ноябрь, срочно';

test.each([
  ['an encoded word in koi8-r', word(TEXT, 'koi8-r'), ''],
  ['an encoded word in windows-1251', word(TEXT, 'windows-1251'), ''],
  [
    'several words, one of them UTF-8 already',
    `${word('Отчёт за ', 'utf-8')} ${word('ноябрь, срочно', 'koi8-r')}`,
    '',
  ],
  ['bytes in koi8-r without a label', bytes(TEXT, 'koi8-r'), ''],
  ['bytes in windows-1251 without a label', bytes(TEXT, 'windows-1251'), ''],
  [
    'bytes in the charset of the body',
    bytes(TEXT, 'iso-8859-5'),
    'Content-Type: text/plain; charset="iso-8859-5"\r\n',
  ],
  ['bytes in UTF-8', bytes(TEXT, 'utf-8'), ''],
])('RFC 2047 §2: %s become UTF-8 in encoded words of at most 75 octets', (_, subject, more) => {
  const field = recoded(subject, more);
  expect(field).toMatch(/^Subject: =\?UTF-8\?B\?/i);
  expect(decodeWords(parseHeaderFields(Buffer.from(field ?? '', 'latin1'))[0]?.value ?? '')).toBe(TEXT);
  for (const line of (field ?? '').split('\r\n')) expect(line.length).toBeLessThan(90);
});

test.each([
  ['plain text', 'Report for November'],
  ['UTF-8 in encoded words', word(TEXT, 'utf-8')],
  ['what looks like one', 'is =?this?= a word'],
  ['a charset that nobody knows', '=?x-nobody?B?/v8=?='],
])('%s stays as it is', (_, subject) => {
  expect(recoded(subject)).toBeNull();
});
