import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeSection } from '../describe.ts';
import { mergeThreeWay } from './merge.ts';

const queue = describeSection('queue');
const base = { runIntervalMinutes: 30, waitMinMinutes: 180, waitMaxMinutes: 300, maxLifetimeMinutes: 5760 };

test('what one side alone changed, or both alike, is merged', () => {
  const theirs = { ...base, runIntervalMinutes: 10, maxLifetimeMinutes: 1440 };
  const mine = { ...base, waitMaxMinutes: 400, maxLifetimeMinutes: 1440 };
  expect(mergeThreeWay(base, theirs, mine, queue)).toEqual({
    document: { ...base, runIntervalMinutes: 10, waitMaxMinutes: 400, maxLifetimeMinutes: 1440 },
    taken: ['runIntervalMinutes'],
    conflicts: [],
  });
});

test('what both changed in different ways is a conflict, and stays theirs until it is chosen', () => {
  const merged = mergeThreeWay(base, { ...base, waitMinMinutes: 60 }, { ...base, waitMinMinutes: 90 }, queue);
  expect(merged).toEqual({
    document: { ...base, waitMinMinutes: 60 },
    taken: [],
    conflicts: [{ field: 'waitMinMinutes', base: 180, theirs: 60, mine: 90 }],
  });
});

test('a field that only the stored document has is kept', () => {
  expect(mergeThreeWay(base, { ...base, newer: 1 }, base, queue).document).toEqual({ ...base, newer: 1 });
});

const entry = (folder: string, days = 30) => ({ folder, days });

describe('lists merge by entry', () => {
  const zones = (old: string[], theirs: string[], mine: string[]) =>
    mergeThreeWay({ zones: old }, { zones: theirs }, { zones: mine }, describeSection('dnsbl'));

  test.each([
    [['a'], ['a', 'b'], ['a', 'c'], ['a', 'c', 'b']],
    [['a', 'b'], ['b'], ['a', 'b', 'c'], ['b', 'c']],
    [['a', 'b'], ['a'], ['b'], []],
    [
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'b', 'c'],
      ['b', 'a', 'c'],
    ],
    [
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['b', 'a'],
      ['b', 'a', 'c'],
    ],
  ])('%j, theirs %j, mine %j: %j', (old, theirs, mine, expected) => {
    const merged = zones(old, theirs, mine);
    expect(merged.conflicts).toEqual([]);
    expect(merged.document).toEqual({ zones: expected });
  });

  test('an entry is the same whatever the case of its letters: written in two ways it is a conflict', () => {
    expect(zones(['a'], ['a', 'b'], ['a', 'B']).conflicts).toMatchObject([
      { field: 'zones', entries: ['b'] },
    ]);
  });

  test('an entry that both changed, or one changed and one removed, is a conflict that names it', () => {
    const section = describeSection('retention');
    const old = { folders: [entry('Trash'), entry('Junk'), entry('Sent')] };
    const theirs = { folders: [entry('Trash', 1), entry('Sent')] };
    const mine = { folders: [entry('Trash', 2), entry('Junk', 3), entry('Sent')] };
    expect(mergeThreeWay(old, theirs, mine, section)).toMatchObject({
      document: theirs,
      conflicts: [{ field: 'folders', entries: ['trash', 'junk'] }],
    });
  });

  test('with nobody else’s change the result is mine, with none of mine it is theirs', () => {
    const list = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(list, list, (old, changed) => {
        expect(zones(old, old, changed).document).toEqual({ zones: changed });
        expect(zones(old, changed, old).document).toEqual({ zones: changed });
      }),
    );
  });

  test('whoever comes second: the same entries result, and nothing that one added or removed is lost', () => {
    const list = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
    fc.assert(
      fc.property(list, list, list, (old, theirs, mine) => {
        const one = (zones(old, theirs, mine).document.zones as string[]).toSorted();
        expect(one).toEqual((zones(old, mine, theirs).document.zones as string[]).toSorted());
        for (const added of [...theirs, ...mine].filter((zone) => !old.includes(zone)))
          expect(one).toContain(added);
        for (const zone of old) {
          if (!theirs.includes(zone) || !mine.includes(zone)) expect(one).not.toContain(zone);
        }
      }),
    );
  });
});
