import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordsOf } from './fold.ts';

const WORD = /[\p{L}\p{N}]+/gu;

function places(text: string) {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({
    text: word,
    start: index,
    end: index + word.length,
  }));
}

test('words are runs of letters and digits of any alphabet', () => {
  expect([...wordsOf(' Оклад — 17 000₽, 𝒜b!')]).toEqual([
    { text: 'Оклад', start: 1, end: 6 },
    { text: '17', start: 9, end: 11 },
    { text: '000', start: 12, end: 15 },
    { text: '𝒜b', start: 18, end: 21 },
  ]);
});

test('whatever a text is made of, halves of characters too, words are what Unicode says', () => {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)));
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    units.map((all) => all.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect([...wordsOf(text)]).toEqual(places(text));
    }),
    { numRuns: 3000 },
  );
});
