// Sequence sets (RFC 9051 §9 sequence-set): ranges that are never expanded, only laid over what there is.

import { BadSyntax } from './cursor.ts';

/** `*` is the highest there is. */
const LARGEST = Number.POSITIVE_INFINITY;
const MAX_NUMBER = 4_294_967_295;

export interface NumberRange {
  from: number;
  to: number;
}

/** Ascending and apart from each other; `to` may be Infinity, and `from` too. */
export type SequenceSet = readonly NumberRange[];

/** Reads `1,3:5,9:*`; throws `BadSyntax`. */
export function parseSequenceSet(text: string): SequenceSet {
  const ranges = text.split(',').map((part) => {
    const [first = '', second, ...more] = part.split(':');
    if (more.length > 0) throw new BadSyntax('malformed sequence set');
    const a = parseNumber(first);
    const b = second === undefined ? a : parseNumber(second);
    // RFC 9051 §9: the order within a range means nothing.
    return { from: Math.min(a, b), to: Math.max(a, b) };
  });
  return ranges;
}

function parseNumber(text: string): number {
  if (text === '*') return LARGEST;
  // RFC 9051 §9 seq-number: not 0, 32 bits.
  if (!/^[1-9][0-9]{0,9}$/.test(text) || Number(text) > MAX_NUMBER) {
    throw new BadSyntax('malformed sequence set');
  }
  return Number(text);
}

/** The set with `*` resolved: ascending ranges that neither overlap nor touch. */
export function resolve(set: SequenceSet, largest: number): NumberRange[] {
  const resolved = set
    .map(({ from, to }) => {
      const low = from === LARGEST ? largest : from;
      const high = to === LARGEST ? largest : to;
      return { from: Math.min(low, high), to: Math.max(low, high) };
    })
    .toSorted((a, b) => a.from - b.from);
  const merged: NumberRange[] = [];
  for (const range of resolved) {
    const last = merged.at(-1);
    if (last && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
    else merged.push({ ...range });
  }
  return merged;
}

/** Whether one of the ranges, ascending and apart, holds the number. */
export function isWithin(ranges: readonly NumberRange[], number: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as NumberRange).to < number) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range.from <= number;
}

/** What both hold; each ascending and apart. */
export function intersect(a: readonly NumberRange[], b: readonly NumberRange[]): NumberRange[] {
  const common: NumberRange[] = [];
  for (let left = 0, right = 0; left < a.length && right < b.length; ) {
    const [one, two] = [a[left] as NumberRange, b[right] as NumberRange];
    const range = { from: Math.max(one.from, two.from), to: Math.min(one.to, two.to) };
    if (range.from <= range.to) common.push(range);
    if (one.to < two.to) left++;
    else right++;
  }
  return common;
}

/** Writes ascending numbers as a set, runs as ranges; '' for none. */
export function formatSequenceSet(numbers: ArrayLike<number>): string {
  const ranges: string[] = [];
  for (let at = 0; at < numbers.length; ) {
    const from = numbers[at] as number;
    let to = from;
    while (++at < numbers.length && numbers[at] === to + 1) to++;
    ranges.push(from === to ? String(from) : `${from}:${to}`);
  }
  return ranges.join(',');
}

export function formatRanges(ranges: readonly NumberRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}:${to}`)).join(',');
}
