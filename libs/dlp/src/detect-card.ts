// Numbers of bank cards (ISO/IEC 7812): the ranges of the large payment systems with their lengths, and Luhn's check digit.
import type { Find } from './find.ts';

/** Digits in groups, by single blanks or dashes; not within a longer number. */
const CARD = /(?<![\p{L}\p{N}]|\d[-. ])\d(?:[- ]?\d){12,18}(?![\p{L}\p{N}])(?![-. ]\d)/gu;

interface Range {
  from: number;
  to: number;
  lengths: readonly number[];
}

/** By the first six digits. */
const RANGES: readonly Range[] = [
  // Mir, with what it shares with others.
  { from: 220_000, to: 220_499, lengths: [16, 17, 18, 19] },
  // Mastercard
  { from: 222_100, to: 272_099, lengths: [16] },
  { from: 510_000, to: 559_999, lengths: [16] },
  // American Express
  { from: 340_000, to: 349_999, lengths: [15] },
  { from: 370_000, to: 379_999, lengths: [15] },
  // JCB
  { from: 352_800, to: 358_999, lengths: [16, 17, 18, 19] },
  // Diners Club
  { from: 300_000, to: 305_999, lengths: [14, 16, 17, 18, 19] },
  { from: 360_000, to: 369_999, lengths: [14, 16, 17, 18, 19] },
  { from: 380_000, to: 399_999, lengths: [14, 16, 17, 18, 19] },
  // Visa
  { from: 400_000, to: 499_999, lengths: [13, 16, 19] },
  // Maestro
  { from: 500_000, to: 509_999, lengths: [13, 14, 15, 16, 17, 18, 19] },
  { from: 560_000, to: 589_999, lengths: [13, 14, 15, 16, 17, 18, 19] },
  { from: 600_000, to: 601_099, lengths: [13, 14, 15, 16, 17, 18, 19] },
  // Discover, UnionPay, Uzcard
  { from: 601_100, to: 601_199, lengths: [16, 17, 18, 19] },
  { from: 620_000, to: 629_999, lengths: [16, 17, 18, 19] },
  { from: 644_000, to: 659_999, lengths: [16, 17, 18, 19] },
  { from: 860_000, to: 860_099, lengths: [16] },
];

export function* bankCard(text: string): Generator<Find> {
  for (const { 0: written, index } of text.matchAll(CARD)) {
    const value = written.replace(/\D/g, '');
    const begin = Number(value.slice(0, 6));
    const isOfRange = RANGES.some(
      ({ from, to, lengths }) => begin >= from && begin <= to && lengths.includes(value.length),
    );
    if (isOfRange && passesLuhn(value)) yield { start: index, end: index + written.length, value };
  }
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
