import { expect, test } from 'vitest';
import { recognise } from './recognise.ts';

test.each([
  ['0192F000-0000-7000-8000-000000000001', 'mail'],
  ['203.0.113.7', 'ip'],
  ['2001:db8::1', 'ip'],
  ['<anna@firma.test>', 'address'],
  ['firma', 'address'],
  ['<0102018f3c2a-7d1e4b2a-000000@mailer.test>', 'messageId'],
  ['счёт', 'subject'],
  ['invoice 15', 'subject'],
])('%s is taken for: %s', (typed, kind) => {
  expect(recognise(typed)?.kind).toBe(kind);
});

test('nothing is searched for where nothing was typed', () => {
  expect(recognise('  ')).toBeNull();
});
