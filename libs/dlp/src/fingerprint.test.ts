import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean } from './fold.ts';
import { fingerprint, keptMarks, sharePercent } from './fingerprint.ts';

const words = (count: number, seed: string) => Array.from({ length: count }, (_, at) => `${seed}${at * 7}`);

test('two texts with eight words in a row in common have a fingerprint in common', () => {
  const word = fc.constantFrom('договор', 'акт', 'the', 'и', 'сумма', '10', 'срок');
  const some = fc.array(word, { maxLength: 30 });
  fc.assert(
    fc.property(some, some, some, some, fc.array(word, { minLength: 8, maxLength: 8 }), (a, b, c, d, run) => {
      const hashes = (text: string[]) => fingerprint(text.join(' ')).marks.map(({ hash }) => hash);
      const one = new Set(hashes([...a, ...run, ...b]));
      expect(hashes([...c, ...run, ...d]).some((hash) => one.has(hash))).toBe(true);
    }),
  );
});

test('the words of all kept marks are those of the document: what is found of it can be measured', () => {
  for (const count of [0, 4, 5, 8, 9, 200]) {
    const print = fingerprint(words(count, 'w').join(' '));
    const kept = keptMarks(print).reduce((sum, mark) => sum + mark.words, 0);
    expect(kept).toBeLessThanOrEqual(count);
    expect(kept).toBeGreaterThanOrEqual(Math.min(count, Math.max(0, count - 10)));
  }
});

test('the share of an excerpt is what it is, and look-alikes, case and format do not change it', () => {
  const document = words(1000, 'слово');
  const kept = keptMarks(fingerprint(document.join(' ')));
  const share = (text: string) => {
    const there = new Set(fingerprint(clean(text)).marks.map(({ hash }) => hash));
    return sharePercent(
      1000,
      kept.filter(({ hash }) => there.has(hash)),
    );
  };
  const third = document.slice(300, 600);
  expect(share(document.join(' '))).toBe(100);
  expect(share(third.join(' '))).toBeGreaterThanOrEqual(30);
  expect(share(third.join(' '))).toBeLessThanOrEqual(32);
  expect(share(third.join(',\r\n ').replaceAll('о', 'o').toUpperCase())).toBe(share(third.join(' ')));
  expect(share(words(1000, 'иное').join(' '))).toBe(0);
  expect(share(document.slice(10, 18).join(' '))).toBe(0);
});

test('of a document with more fingerprints than are kept, fewer stand for all of its words, and an excerpt is as large as before', () => {
  const document = words(20_000, 'w');
  const kept = keptMarks(fingerprint(document.join(' ')), 1000);
  expect(kept.length).toBeLessThanOrEqual(1000);
  expect(kept.length).toBeGreaterThan(400);
  const share = (text: string[]) => {
    const there = new Set(fingerprint(text.join(' ')).marks.map(({ hash }) => hash));
    return sharePercent(
      20_000,
      kept.filter(({ hash }) => there.has(hash)),
    );
  };
  expect(share(document)).toBeGreaterThanOrEqual(99);
  expect(share(document.slice(3000, 9000))).toBeGreaterThanOrEqual(28);
  expect(share(document.slice(3000, 9000))).toBeLessThanOrEqual(32);
  expect(share(words(20_000, 'x'))).toBe(0);
});
