// The match types: RFC 5228 §2.7.1, and count and value of RFC 5231. What a test has found is compared with each key.
import { type BoundArguments, notRequired, type Reading, type Tag } from './arguments.ts';
import { asciiCasemap, asciiNumeric, type Comparator, COMPARATORS, FREE_COMPARATORS } from './comparator.ts';
import { SieveError } from './error.ts';
import { type GlobPiece, matchGlob, parseGlob } from './glob.ts';
import type { Run } from './run.ts';
import type { Text } from './text.ts';

export const MATCH_TAGS: Readonly<Record<string, Tag>> = {
  is: { takes: 'nothing' },
  contains: { takes: 'nothing' },
  matches: { takes: 'nothing' },
  count: { takes: 'string', needs: 'relational' },
  value: { takes: 'string', needs: 'relational' },
  comparator: { takes: 'string' },
};

/** Whether one of the values matches one of the keys. */
export type Match = (run: Run, values: readonly string[], keys: readonly string[]) => boolean;

const MATCH_TYPES = ['is', 'contains', 'matches', 'count', 'value'];
const RELATIONS: Readonly<Record<string, (order: number) => boolean>> = {
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
};

/** Of the tags of a test. Throws SieveError. */
export function matchOf(given: BoundArguments, reading: Reading): Match {
  const comparator = comparatorOf(given, reading);
  const type = given.oneOf(MATCH_TYPES) ?? 'is';
  if (type === 'is') return isMatch(comparator);
  if (type === 'count' || type === 'value') return relationalMatch(given, type, comparator);
  const { fold } = comparator;
  // RFC 4790 §9.1.1: numbers have no parts.
  if (fold === null)
    throw new SieveError(given.placeOf('comparator'), `${comparator.name} does not go with :${type}`);
  return type === 'contains' ? containsMatch(fold) : globMatch(fold);
}

function comparatorOf(given: BoundArguments, reading: Reading): Comparator {
  const name = given.constant('comparator');
  if (name === null) return asciiCasemap;
  const comparator = COMPARATORS.get(name);
  const place = given.placeOf('comparator');
  if (comparator === undefined) throw new SieveError(place, `there is no comparator ${JSON.stringify(name)}`);
  const extension = `comparator-${name}`;
  if (!FREE_COMPARATORS.has(name) && !reading.has(extension))
    throw notRequired(place, `:comparator "${name}"`, extension);
  return comparator;
}

function charge(run: Run, values: readonly string[], keys: readonly string[]): void {
  let length = 0;
  for (const value of values) length += value.length;
  run.spend((values.length + length / 1024) * keys.length);
}

const isMatch =
  (comparator: Comparator): Match =>
  (run, values, keys) => {
    charge(run, values, keys);
    return values.some((value) => keys.some((key) => comparator.isEqual(value, key)));
  };

const containsMatch =
  (fold: (text: string) => string): Match =>
  (run, values, keys) => {
    charge(run, values, keys);
    const folded = keys.map(fold);
    return values.some((value) => {
      const text = fold(value);
      return folded.some((key) => text.includes(key));
    });
  };

const globMatch =
  (fold: (text: string) => string): Match =>
  (run, values, keys) => {
    const globs = keys.map((key) => foldedGlob(key, fold));
    for (const value of values) {
      const text = fold(value);
      for (const glob of globs) {
        // At worst each character is looked at once for each of the pattern.
        run.spend(1 + (text.length * costOf(glob)) / 16_384);
        const matches = matchGlob(glob, text, value);
        if (matches === null) continue;
        run.variables.setMatches([value, ...matches]);
        return true;
      }
    }
    return false;
  };

/** Folded piece by piece: what is folded to a star is none. */
function foldedGlob(key: string, fold: (text: string) => string): GlobPiece[] {
  return parseGlob(key).map((piece) =>
    typeof piece === 'object' ? { literal: fold(piece.literal) } : piece,
  );
}

function costOf(glob: readonly GlobPiece[]): number {
  return glob.reduce((sum, piece) => sum + (typeof piece === 'object' ? piece.literal.length : 1), 1);
}

// RFC 5231 §4.1, §4.2: each value with each key; how many there are, as a number.
function relationalMatch(given: BoundArguments, type: 'count' | 'value', comparator: Comparator): Match {
  const name = given.constant(type) ?? '';
  const holds = Object.hasOwn(RELATIONS, name.toLowerCase()) ? RELATIONS[name.toLowerCase()] : undefined;
  if (holds === undefined) {
    const relations = Object.keys(RELATIONS).join(', ');
    throw new SieveError(
      given.placeOf(type),
      `:${type} takes one of ${relations}, not ${JSON.stringify(name)}`,
    );
  }
  return (run, values, keys) => {
    charge(run, values, keys);
    if (type === 'value')
      return values.some((value) => keys.some((key) => holds(comparator.compare(value, key))));
    return keys.some((key) => holds(asciiNumeric.compare(String(values.length), key)));
  };
}

/** The keys as they are now. */
export function valuesOf(texts: readonly Text[], run: Run): string[] {
  return texts.map((text) => text(run));
}
