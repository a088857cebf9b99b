import { catalogue, type SectionName } from '@pochtar/settings';
import { expect, test } from 'vitest';
import { sections } from './tools.ts';

test('every section that says smtp applies it is read, and no other', () => {
  const names = Object.keys(catalogue) as SectionName[];
  const applied = names.filter((name) => (catalogue[name].appliedBy as readonly string[]).includes('smtp'));
  expect(new Set(sections)).toEqual(new Set(applied));
});
