// A search filter as it comes (RFC 4511 §4.5.1.7), bounded in depth and in parts, so that neither reading nor asking it
// can take the process down.
import { BerReader, booleanOf, textOf } from '../ber/reader.ts';
import { MalformedBer } from '../ber/malformed.ts';
import { context, contextParts, tags } from '../ber/tags.ts';
import { attributeTypes } from '../schema/attributes.ts';
import { Refused } from './result.ts';

export type Filter =
  | { kind: 'and' | 'or'; parts: readonly Filter[] }
  | { kind: 'not'; part: Filter }
  | { kind: 'equal' | 'greaterOrEqual' | 'lessOrEqual' | 'approx'; attribute: string; value: string }
  | Substrings
  | { kind: 'present'; attribute: string }
  | Extensible
  /** Nothing that can be true or false: a choice of a later protocol, a value that is no text. */
  | { kind: 'undefined' };

export interface Substrings {
  kind: 'substrings';
  attribute: string;
  initial: string | null;
  any: readonly string[];
  final: string | null;
}

/** RFC 4511 §4.5.1.7.7. */
export interface Extensible {
  kind: 'extensible';
  rule: string | null;
  attribute: string | null;
  value: string;
  dnAttributes: boolean;
}

const MAX_DEPTH = 32;
const MAX_PARTS = 512;
/** Of one substrings filter. */
const MAX_PIECES = 64;

const comparisons: ReadonlyMap<number, 'equal' | 'greaterOrEqual' | 'lessOrEqual' | 'approx'> = new Map([
  [contextParts(3), 'equal'],
  [contextParts(5), 'greaterOrEqual'],
  [contextParts(6), 'lessOrEqual'],
  [contextParts(8), 'approx'],
]);

/** How much there is to hold an entry against. */
export function partsOf(filter: Filter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.reduce((sum, part) => sum + partsOf(part), 1);
    case 'not':
      return 1 + partsOf(filter.part);
    case 'substrings':
      return 2 + filter.any.length;
    // Without an attribute all of them are meant.
    case 'extensible':
      return filter.attribute === null ? attributeTypes.length : 1;
    case 'approx':
    case 'equal':
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'present':
    case 'undefined':
      return 1;
  }
}

/** Throws `Refused` for a filter that is larger than is taken. */
export function readFilter(reader: BerReader): Filter {
  let parts = 0;
  return read(reader.element(), 0);

  function read({ tag, content }: { tag: number; content: Buffer }, depth: number): Filter {
    if (depth >= MAX_DEPTH || ++parts > MAX_PARTS) {
      throw new Refused(
        'adminLimitExceeded',
        `a filter may have ${MAX_PARTS} parts, nested ${MAX_DEPTH} times`,
      );
    }
    const inside = new BerReader(content);
    const comparison = comparisons.get(tag);
    if (comparison !== undefined) return readComparison(comparison, inside);
    if (tag === contextParts(0) || tag === contextParts(1)) {
      const inner: Filter[] = [];
      while (!inside.isAtEnd) inner.push(read(inside.element(), depth + 1));
      return { kind: tag === contextParts(0) ? 'and' : 'or', parts: inner };
    }
    if (tag === contextParts(2)) {
      const part = read(inside.element(), depth + 1);
      inside.end();
      return { kind: 'not', part };
    }
    if (tag === contextParts(4)) return readSubstrings(inside);
    if (tag === context(7)) return { kind: 'present', attribute: textOf(content) ?? '' };
    if (tag === contextParts(9)) return readExtensible(inside);
    // RFC 4511 §4.5.1.7: a choice that is not known evaluates to Undefined.
    return { kind: 'undefined' };
  }
}

function readComparison(
  kind: 'equal' | 'greaterOrEqual' | 'lessOrEqual' | 'approx',
  reader: BerReader,
): Filter {
  const attribute = reader.text();
  const value = textOf(reader.content(tags.octetString));
  reader.end();
  return value === null ? { kind: 'undefined' } : { kind, attribute, value };
}

function readSubstrings(reader: BerReader): Filter {
  const attribute = reader.text();
  const pieces = reader.inside();
  reader.end();
  let initial: string | null = null;
  let final: string | null = null;
  const any: string[] = [];
  let isText = true;
  while (!pieces.isAtEnd) {
    if (any.length > MAX_PIECES) {
      throw new Refused('adminLimitExceeded', `a substring filter may have ${MAX_PIECES} pieces`);
    }
    const { tag, content } = pieces.element();
    const text = textOf(content);
    if (final !== null) throw new MalformedBer('a substring behind the final one');
    if (text === null) isText = false;
    else if (tag === context(0) && initial === null && any.length === 0) initial = text;
    else if (tag === context(1)) any.push(text);
    else if (tag === context(2)) final = text;
    else throw new MalformedBer('no substring');
  }
  // RFC 4511 §4.5.1.7.2: there is at least one substring.
  if (isText && initial === null && final === null && any.length === 0) {
    throw new MalformedBer('a substring filter without substrings');
  }
  return isText ? { kind: 'substrings', attribute, initial, any, final } : { kind: 'undefined' };
}

function readExtensible(reader: BerReader): Filter {
  const rule = reader.optional(context(1));
  const attribute = reader.optional(context(2));
  const value = textOf(reader.content(context(3)));
  const dnAttributes = reader.optional(context(4));
  reader.end();
  if (value === null) return { kind: 'undefined' };
  return {
    kind: 'extensible',
    rule: rule === null ? null : textOf(rule),
    attribute: attribute === null ? null : textOf(attribute),
    value,
    dnAttributes: dnAttributes !== null && booleanOf(dnAttributes),
  };
}
