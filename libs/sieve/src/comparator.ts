// How texts are compared: the collations of RFC 4790 that scripts name, RFC 5228 §2.7.3.
export interface Comparator {
  name: string;
  /** What is equal has the same; null where it cannot be told (`i;ascii-numeric`: no search inside of numbers). */
  fold: ((text: string) => string) | null;
  isEqual(a: string, b: string): boolean;
  /** Negative: a before b. */
  compare(a: string, b: string): number;
}

const identity = (text: string): string => text;
// RFC 4790 §9.2: the letters of US-ASCII, and no others.
const casemap = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
// RFC 5051 §2, in the terms of Unicode now: title case would be the same for what people write.
const unicode = (text: string): string => text.normalize('NFKD').toLowerCase();

const byFold = (name: string, fold: (text: string) => string): Comparator => ({
  name,
  fold,
  isEqual: (a, b) => fold(a) === fold(b),
  compare: (a, b) => Buffer.compare(Buffer.from(fold(a)), Buffer.from(fold(b))),
});

/** RFC 4790 §9.1: the number at the beginning; what has none is greater than every number, and equal to its like. */
function numeric(a: string, b: string): number {
  const [left, right] = [digitsOf(a), digitsOf(b)];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return left.length - right.length || (left < right ? -1 : Number(left > right));
}

/** Without leading zeros: the longer one is the greater one. */
function digitsOf(text: string): string | null {
  return /^\d/.test(text) ? (/^0*(\d*)/.exec(text)?.[1] ?? '') : null;
}

export const asciiCasemap = byFold('i;ascii-casemap', casemap);
export const asciiNumeric: Comparator = {
  name: 'i;ascii-numeric',
  fold: null,
  isEqual: (a, b) => numeric(a, b) === 0,
  compare: numeric,
};

/** By their names; those that need no require are the first two, RFC 5228 §2.7.3. */
export const COMPARATORS: ReadonlyMap<string, Comparator> = new Map(
  [byFold('i;octet', identity), asciiCasemap, asciiNumeric, byFold('i;unicode-casemap', unicode)].map(
    (comparator) => [comparator.name, comparator],
  ),
);

export const FREE_COMPARATORS: ReadonlySet<string> = new Set(['i;octet', 'i;ascii-casemap']);
