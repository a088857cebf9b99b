import { expect, test } from 'vitest';
import { derivedId } from './derived-id.ts';

const mail = '01932f6c-7a10-7c4e-9d2b-0123456789ab';

test('the same cause gives the same id, whatever the order of its recipients', () => {
  expect(derivedId(mail, ['a', 'b'], 'dsn')).toBe(derivedId(mail, ['b', 'a'], 'dsn'));
});

test('another mail, recipient or kind gives another id', () => {
  const other = '01932f6c-7a10-7c4e-9d2b-0123456789ac';
  const ids = [
    derivedId(mail, ['a'], 'dsn'),
    derivedId(mail, ['b'], 'dsn'),
    derivedId(mail, ['a'], 'report'),
    derivedId(other, ['a'], 'dsn'),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test("RFC 9562 §5.8: a version 8 UUID that begins with the mail's time", () => {
  expect(derivedId(mail, ['a'], 'dsn')).toMatch(
    /^01932f6c-7a10-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});
