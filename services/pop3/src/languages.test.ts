// RFC 6856 §3: every text of an answer is there in every language.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { languageOf, localized } from './languages.ts';

const files = [
  ...readdirSync(import.meta.dirname),
  ...readdirSync(`${import.meta.dirname}/commands`).map((name) => `commands/${name}`),
];
/** What the code says, with a number for whatever it puts in; what programs read is left out. */
const texts = files
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .flatMap((name) => [
    ...readFileSync(`${import.meta.dirname}/${name}`, 'utf8').matchAll(
      /\b(?:ok|err|list|listing)\(\s*(['`])((?:(?!\1)[^\\])+)\1/g,
    ),
  ])
  .map(([, , text = '']) => text.replace(/\$\{name\}/g, 'STAT').replace(/\$\{[^}]*\}/g, '7'))
  .filter((text) => /[a-z]{3}/.test(text) && !text.startsWith('${language}'));

test('there are texts', () => {
  expect(texts.length).toBeGreaterThan(30);
});

describe('in Russian', () => {
  test.each(texts.filter((text) => !text.startsWith('7 ') || /^7 (?:octets|messages)/.test(text)))(
    '%s',
    (text) => {
      expect(localized(text, 'ru')).toMatch(/[а-яё]{3}/);
    },
  );
});

test.each([
  ['ru', 'ru'],
  ['RU-ru', 'ru'],
  ['en-GB', 'en'],
  ['*', 'i-default'],
  ['i-default', 'i-default'],
  ['r', null],
  ['rus', null],
  ['de', null],
])('the language of %s is %s', (range, language) => {
  expect(languageOf(range)).toBe(language);
});

test('numbers and ids are the same in all languages', () => {
  expect(localized('7 4711', 'ru')).toBe('7 4711');
  expect(localized('12 messages (340 octets)', 'ru')).toBe('писем: 12 (октетов: 340)');
});
