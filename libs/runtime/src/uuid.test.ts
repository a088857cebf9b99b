import { expect, test } from 'vitest';
import { uuidv7 } from './uuid.ts';

test('RFC 9562 §5.7: time, version 7 and the variant stand where they belong', () => {
  const now = Date.now() + 1000;
  const id = uuidv7(now);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
});

test('RFC 9562 §6.2: ids ascend within a millisecond and when the clock is set back', () => {
  const now = Date.now() + 5000;
  const ids = Array.from({ length: 20_000 }, (_, index) => uuidv7(now - (index % 3) * 1000));
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
});
