import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches } from './pattern.ts';

describe('RFC 9051 §6.3.9: patterns', () => {
  test.each([
    ['*', 'a/b', true],
    ['%', 'a', true],
    ['%', 'a/b', false],
    ['%/%', 'a/b', true],
    ['a/%', 'a/b/c', false],
    ['a/*', 'a/b/c', true],
    ['a*c', 'a/b/c', true],
    ['a%c', 'a/b/c', false],
    ['%b%', 'abc', true],
    ['*%', 'a/b', true],
    ['%*b', 'x/a/b', true],
    ['a', 'A', false],
    ['inbox', 'INBOX', true],
    ['InBox/*', 'INBOX/Sub', true],
    ['in%', 'INBOX', true],
    ['inbox/sub', 'INBOX/Sub', false],
    ['', 'a', false],
    ['%a%b', 'xa/yab', false],
    ['*a%b', 'xa/yab', true],
  ])('%s against %s: %s', (pattern, name, result) => {
    expect(matches(pattern, name)).toBe(result);
  });

  test('they mean what regular expressions mean', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '%'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
    fc.assert(
      fc.property(text, name, (pattern, candidate) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('%', '[^/]*');
        expect(matches(pattern, candidate)).toBe(new RegExp(`^${source}$`).test(candidate));
      }),
      { numRuns: 500 },
    );
  });

  test('a hostile pattern takes no longer than another', () => {
    const started = performance.now();
    const name = `${'a'.repeat(250)}/b`;
    for (let round = 0; round < 100; round++) expect(matches('*a%'.repeat(170), name)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(matches('%'.repeat(100_000), 'a')).toBe(false);
  });
});
