import { expect, test } from 'vitest';
import { newPassword } from './password.ts';

test('a password has sixteen letters and digits that are not read for one another, and is never the same', () => {
  const made = Array.from({ length: 200 }, newPassword);
  for (const password of made) expect(password).toMatch(/^[a-zA-Z2-9]{16}$/);
  expect(made.join('')).not.toMatch(/[iloIO01]/);
  expect(new Set(made).size).toBe(200);
});
