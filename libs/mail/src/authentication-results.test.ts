import { expect, test } from 'vitest';
import { authenticationResultsField, parseAuthservId } from './authentication-results.ts';
import { parseHeaderFields } from './header.ts';

test.each([
  ['mx.example.org; spf=pass', 'mx.example.org'],
  ['MX.Example.org 1; none', 'mx.example.org'],
  ['(comment (nested)) mx.example.org(x); none', 'mx.example.org'],
  ['"mx.example.org"; none', 'mx.example.org'],
  [' \tmx.example.org', 'mx.example.org'],
  ['', null],
  ['; none', null],
  ['(unclosed', null],
  ['""', null],
])('RFC 8601 §2.2: authserv-id of %j', (value, id) => {
  expect(parseAuthservId(value)).toBe(id);
});

test('results with properties; foreign values are quoted', () => {
  const text = authenticationResultsField('mx.example.org', [
    {
      method: 'spf',
      result: 'pass',
      properties: [{ type: 'smtp', name: 'mailfrom', value: 'a@example.org' }],
    },
    {
      method: 'dkim',
      result: 'fail',
      reason: 'bad "signature"\r\nX: y',
      properties: [{ type: 'header', name: 'd', value: 'x y; z=1' }],
    },
  ]);
  const fields = parseHeaderFields(Buffer.from(text));
  expect(fields.map((field) => field.value)).toEqual([
    'mx.example.org; spf=pass smtp.mailfrom=a@example.org; dkim=fail reason="bad %22signature%22%0D%0AX: y" header.d="x y; z=1"',
  ]);
  expect(parseAuthservId(fields[0]?.value ?? '')).toBe('mx.example.org');
});

test('RFC 8601 §2.2: nothing checked is none', () => {
  expect(authenticationResultsField('mx', [])).toBe('Authentication-Results: mx; none\r\n');
});
