// Numbers that prove themselves: each has digits that are computed from the others, so that a number that only looks like
// one is none. Passports have none; they count beside the words that belong to them.
import { type Find, MAX_FINDS } from './find.ts';
import { bankCard } from './detect-card.ts';
import { iban } from './detect-iban.ts';

export const detectorNames = ['bankCard', 'inn', 'snils', 'passport', 'iban'] as const;
export type DetectorName = (typeof detectorNames)[number];

/** Looks at a clean text; `value` is the number without blanks. */
type Detector = (text: string) => Iterable<Find>;

const detectors: Readonly<Record<DetectorName, Detector>> = { bankCard, inn, snils, passport, iban };

export function detect(name: DetectorName, text: string): Find[] {
  const finds: Find[] = [];
  for (const find of detectors[name](text)) if (finds.push(find) === MAX_FINDS) break;
  return finds;
}

const weighted = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);

const INN = /(?<![\p{L}\p{N}])(?:\d{12}|\d{10})(?![\p{L}\p{N}])(?![.,]\d)/gu;
const INN_10 = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const INN_11 = [7, ...INN_10];
const INN_12 = [3, ...INN_11];

/** ИНН: ten digits of an organisation, twelve of a person; the last one or two are check digits. */
function* inn(text: string): Generator<Find> {
  for (const { 0: value, index } of text.matchAll(INN)) {
    const check = (weights: readonly number[]): boolean =>
      (weighted(value, weights) % 11) % 10 === Number(value[weights.length]);
    const isTrue = value.length === 10 ? check(INN_10) : check(INN_11) && check(INN_12);
    // No region has the number 00.
    if (isTrue && !value.startsWith('00')) yield { start: index, end: index + value.length, value };
  }
}

const SNILS = /(?<![\p{L}\p{N}-])\d{3}[- ]?\d{3}[- ]?\d{3}[- ]?\d{2}(?![\p{L}\p{N}])(?!-\d)/gu;
const SNILS_WEIGHTS = [9, 8, 7, 6, 5, 4, 3, 2, 1];
/** Numbers up to here were given out without a check number. */
const LAST_SNILS_WITHOUT_CHECK = 1_001_998;

/** СНИЛС: nine digits and a check number of two. */
function* snils(text: string): Generator<Find> {
  for (const { 0: written, index } of text.matchAll(SNILS)) {
    const value = written.replace(/\D/g, '');
    if (Number(value.slice(0, 9)) <= LAST_SNILS_WITHOUT_CHECK) continue;
    const check = (weighted(value, SNILS_WEIGHTS) % 101) % 100;
    if (check === Number(value.slice(9))) yield { start: index, end: index + written.length, value };
  }
}

const PASSPORT =
  /(?<![\p{L}\p{N}])\d{2} ?\d{2}(?:\s|[,;:№#N]|серия|номер|ном\.?){0,12}\d{6}(?![\p{L}\p{N}])/giu;
/** What stands near the number of a passport; without it six and four digits are any numbers. */
const PASSPORT_WORDS = /паспорт|серия|выдан|код\s+подразделения|удостовер|passport/iu;
const NEAR = 100;
/** Passports are printed since 1997; the second pair of the series is the year of the blank. */
const isPrintedIn = (year: number, now: number): boolean => year >= 97 || year <= (now % 100) + 1;

/** Passport of a citizen of Russia: series (region and year) and number, beside a word that tells what it is. */
function* passport(text: string): Generator<Find> {
  const thisYear = new Date().getFullYear();
  for (const { 0: written, index } of text.matchAll(PASSPORT)) {
    const value = written.replace(/\D/g, '');
    const end = index + written.length;
    const around = `${text.slice(Math.max(0, index - NEAR), index)} ${text.slice(end, end + NEAR)}`;
    const isOne =
      !value.startsWith('00') &&
      isPrintedIn(Number(value.slice(2, 4)), thisYear) &&
      (PASSPORT_WORDS.test(around) || /серия|номер/iu.test(written));
    if (isOne) yield { start: index, end, value };
  }
}
