import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { compileExpression, loadExpressions } from './expression.ts';
import { StateTables } from './state-tables.ts';

beforeAll(loadExpressions);

test('twelve expressions have a table; another one gets that of one nobody asked for in a minute', () => {
  const made: string[] = [];
  let now = 0;
  const make = (source: string) => {
    made.push(source);
    return { test: (text: string) => text.includes(source) };
  };
  const tables = new StateTables(make, () => now);
  const sources = Array.from({ length: 12 }, (_, index) => `<${index}>`);
  for (const source of sources) expect(tables.mayFind(source, 'nothing')).toBe(false);
  // Without a table: it may be there.
  expect(tables.mayFind('other', 'nothing')).toBe(true);
  now = 59_000;
  for (const source of sources.slice(1)) expect(tables.mayFind(source, `a ${source}`)).toBe(true);
  now = 61_000;
  expect(tables.mayFind('other', 'nothing')).toBe(false);
  expect(tables.mayFind('<0>', 'nothing')).toBe(true);
  expect(made).toEqual([...sources, 'other']);
});

test('what a table says of a text is what looking for places finds', () => {
  const sources = ['PRJ-\\d{2}', '(?:ab|c)+d', 'договор\\s+№', '^a.*z$', '[^\\x00-\\x7f]{3}'];
  const pieces = fc.constantFrom(
    'PRJ-',
    '17',
    'ab',
    'c',
    'd',
    'договор',
    ' №',
    ' ',
    'И',
    'a',
    'z',
    '\n',
    '😀',
  );
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(pieces, { maxLength: 12 }), (source, parts) => {
      const text = parts.join('');
      const expression = compileExpression(source);
      if (!expression.isGood) throw new Error(expression.problem);
      const native = new RegExp(source, 'iu');
      expect(expression.find(text).length > 0).toBe(native.test(text));
    }),
    { numRuns: 2000 },
  );
});
