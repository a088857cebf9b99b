import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allAdminQuestions } from './admin/index.ts';
import { eventsReference } from './reference.ts';
import { allSubjects } from './subjects.ts';

test('docs/reference/events.md is what the subjects make of it', () => {
  const file = new URL('../../../docs/reference/events.md', import.meta.url);
  const isFresh = readFileSync(file, 'utf8') === eventsReference();
  expect(isFresh, 'stale: run node libs/bus/reference-main.ts').toBe(true);
});

test('no two subjects or questions have the same name', () => {
  const names = [...allSubjects, ...allAdminQuestions].map((one) => one.name);
  expect(new Set(names).size).toBe(names.length);
});
