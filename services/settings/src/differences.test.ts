import { expect, test } from 'vitest';
import { differences } from './differences.ts';

test('fields that differ are shown as JSON, long ones shortened, absent ones empty', () => {
  expect(differences({ a: 1, b: [1, 2], c: 'x' }, { a: 1, b: [1, 3], d: 'y'.repeat(400) })).toEqual([
    { field: 'b', before: '[1,2]', after: '[1,3]' },
    { field: 'c', before: '"x"', after: '' },
    { field: 'd', before: '', after: `"${'y'.repeat(298)}…` },
  ]);
});

test('a first document differs in every field, an equal one in none', () => {
  expect(differences(undefined, { a: null })).toEqual([{ field: 'a', before: '', after: 'null' }]);
  expect(differences({ a: { b: 1 } }, { a: { b: 1 } })).toEqual([]);
});
