// Filters of every kind, for properties of what reads and asks them.
import fc from 'fast-check';
import type { Filter } from '../src/protocol/filter.ts';

const attribute = fc.constantFrom(
  'cn',
  'sn',
  'givenName',
  'mail',
  'uid',
  'displayName',
  'o',
  'member',
  'userPassword',
  'telephoneNumber',
  'title',
  'jpegPhoto',
);
const text = fc.oneof(
  fc.constantFrom('anna', 'Ив', 'иван', 'demo', 'x', '@', 'a', 'contact:7', 'con', 'act:1'),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
);
const pieces = fc.array(text, { maxLength: 2 });

const item: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('equal', 'greaterOrEqual', 'lessOrEqual', 'approx'),
    attribute,
    value: text,
  }),
  fc.record({ kind: fc.constant('present'), attribute }),
  fc
    .record({
      kind: fc.constant('substrings'),
      attribute,
      initial: fc.option(text),
      any: pieces,
      final: fc.option(text),
    })
    .filter(({ initial, any, final }) => initial !== null || final !== null || any.length > 0),
  fc.record({
    kind: fc.constant('extensible'),
    rule: fc.option(fc.constantFrom('caseIgnoreMatch', '2.5.13.5', 'noSuchRule')),
    attribute: fc.option(attribute),
    value: text,
    dnAttributes: fc.boolean(),
  }),
  fc.constant<Filter>({ kind: 'undefined' }),
) as fc.Arbitrary<Filter>;

export const arbitraryFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    item,
    fc.record({ kind: fc.constantFrom('and', 'or'), parts: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not'), part: tie('filter') }),
  ) as fc.Arbitrary<Filter>,
})).filter;
