import { expect, test } from 'vitest';
import { htmlWords } from './preview.ts';

test.each([
  ['<style>p { color: red }</STYLE>Tea &amp; cake', 'Tea'],
  ['a<!-- hidden -->b', 'a'],
  // One letter becomes two when it is made small.
  ['İİİİ<!-- secret -->shown', 'İİİİ'],
])('what is not shown is left out of %s', (html, first) => {
  const words = htmlWords(html);
  expect(words.trim().split(/\s+/)[0]).toBe(first);
  expect(words).not.toMatch(/red|hidden|secret/);
});

test('hostile marks cost what their octets cost', () => {
  expect(htmlWords(`ж${'<!---->'.repeat(200_000)}end`)).toContain('end');
});
