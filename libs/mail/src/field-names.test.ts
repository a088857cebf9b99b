import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayHaveField, otherFieldNames } from './field-names.ts';
import { parseHeaderFields } from './header.ts';

const names = (...fields: string[]): Buffer | null =>
  otherFieldNames(parseHeaderFields(Buffer.from(fields.map((name) => `${name}: x\r\n`).join(''))));

test('a field that is there may be there, whatever its case; those of the short header are not counted', () => {
  const kept = names('Received', 'RECEIVED', 'Subject', 'X-Label') as Buffer;
  expect(kept).toHaveLength(4);
  expect(['received', 'x-label'].map((name) => mayHaveField(kept, name))).toEqual([true, true]);
  expect(['lines', 'chat-version', 'x-labe', ''].map((name) => mayHaveField(kept, name))).toEqual([
    ...[false, false, false, false],
  ]);
});

test('a header of more than 100 other names is asked itself', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}`);
  expect(names(...many(100))).toHaveLength(200);
  expect(names(...many(101))).toBeNull();
});

test('property: no name that is there is ever said not to be', () => {
  const name = fc.stringMatching(/^x[!-9;-~]{1,20}$/);
  fc.assert(
    fc.property(fc.array(name, { maxLength: 50 }), (given) => {
      const kept = names(...given) as Buffer;
      expect(given.every((one) => mayHaveField(kept, one.toLowerCase()))).toBe(true);
    }),
  );
});
