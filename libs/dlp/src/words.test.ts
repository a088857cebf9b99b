import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean, skeleton, spellings } from './fold.ts';
import { stemEnglish } from './stem-english.ts';
import { stemRussian } from './stem-russian.ts';
import { stemmedWords, WordList } from './words.ts';

const found = (terms: string[], text: string) =>
  new WordList(terms).find(stemmedWords(clean(text))).map(({ value }) => value);

describe('a word is found however it is written', () => {
  test.each([
    ['in another form', 'О договорами сторон', 'договор'],
    ['in capitals', 'ДОГОВОР', 'договор'],
    ['with Latin letters that look the same', 'дoгoвoр', 'договор'],
    ['all in Latin letters', 'cop', 'сор'],
    ['with Greek letters', 'сοмmercial', 'commercial'],
    ['full width', 'ｓｅｃｒｅｔ', 'secret'],
    ['in letters of mathematics', '𝐬𝐞𝐜𝐫𝐞𝐭', 'secret'],
    ['with a soft hyphen', 'дого\u00adвор', 'договор'],
    ['with characters of no width', 'd\u200bo\u2060c\ufeffument', 'document'],
    ['with accents over it', 'до́гово́р', 'договор'],
    ['with a zero for an o', 'дог0в0р', 'договор'],
    ['with ё for е', 'счёт', 'счет'],
    ['in the plural', 'secrets', 'secret'],
  ])('%s: %s', (_, text, term) => expect(found([term], `… ${text} …`)).toEqual([term]));

  test.each([
    ['a part of a word', 'договорённость', 'говор'],
    ['another word', 'разговор', 'договор'],
    ['a phrase with a word between', 'коммерческая и тайна', 'коммерческая тайна'],
  ])('%s is not the word: %s', (_, text, term) => expect(found([term], text)).toEqual([]));
});

test('a phrase is found in any form, over line ends and signs', () => {
  const phrase = 'коммерческая тайна';
  expect(found([phrase], 'не разглашать КОММЕРЧЕСКОЙ\r\n — «тайны»')).toEqual([phrase]);
});

test('a dictionary tells which of its words stand there, so that distinct ones can be counted', () => {
  const finds = found(['оклад', 'премия', 'увольнение'], 'Оклады и премии; оклад.');
  expect(new Set(finds)).toEqual(new Set(['оклад', 'премия']));
});

test('Russian words lose their endings as the Snowball algorithm says', () => {
  const words = {
    ...{ договорами: 'договор', важного: 'важн', бежавшая: 'бежа', красивейший: 'красив', вместо: 'вмест' },
    ...{ противоестественном: 'противоестествен', валяется: 'валя', важность: 'важност', ст: 'ст' },
    ...{ павла: 'павл', падшей: 'падш', вавиловка: 'вавиловк', веселостию: 'весел', пасьянс: 'пасьянс' },
  };
  for (const [word, stem] of Object.entries(words)) expect([word, stemRussian(word)]).toEqual([word, stem]);
});

test('English words lose their endings as Porter says', () => {
  const words = {
    ...{
      caresses: 'caress',
      ponies: 'poni',
      cats: 'cat',
      agreed: 'agre',
      plastered: 'plaster',
      sing: 'sing',
    },
    ...{ conflated: 'conflat', hopping: 'hop', falling: 'fall', filing: 'file', happy: 'happi', sky: 'sky' },
    ...{ relational: 'relat', rational: 'ration', triplicate: 'triplic', hopeful: 'hope', adoption: 'adopt' },
    ...{ replacement: 'replac', probate: 'probat', rate: 'rate', cease: 'ceas', controll: 'control' },
    ...{ generalizations: 'gener', oscillators: 'oscil', confidential: 'confidenti' },
  };
  for (const [word, stem] of Object.entries(words)) expect([word, stemEnglish(word)]).toEqual([word, stem]);
});

test('any word has a spelling, a skeleton that stays the same, and stems', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      for (const word of clean(text).split(' ')) {
        expect(spellings(word).length).toBeGreaterThan(0);
        expect(skeleton(skeleton(word))).toBe(skeleton(word));
        expect(stemRussian(word).length).toBeLessThanOrEqual(word.length);
      }
    }),
  );
});
