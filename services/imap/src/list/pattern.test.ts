import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NamePattern } from './pattern.ts';

const matches = (pattern: string, name: string): boolean => new NamePattern(pattern).matches(name);

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
    ['*Sub', 'INBOX/Sub', true],
    ['i*b', 'INBOX/Sub', true],
    ['I*B', 'INBOX/Sub', false],
    ['*Su%', 'INBOX/Sub', true],
    ['*/Sub', 'INBOX/Sub', true],
    ['InBoX*', 'INBOX/Sub', true],
    ['inbox', 'inbox', true],
    ['INBOX', 'Inbox', false],
    ['inboxes', 'INBOXES', false],
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

  test('patterns of more than a word of bits mean the same', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '%'), minLength: 60, maxLength: 120 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 100 });
    fc.assert(
      fc.property(text, name, (pattern, candidate) => {
        // Of several wildcards in a row one is enough, and the expression stays quick.
        const plain = pattern.replace(/[*%]{2,}/g, (run) => (run.includes('*') ? '*' : '%'));
        const literal = plain.replaceAll('*', '').replaceAll('%', '');
        expect(matches(literal, literal)).toBe(true);
        expect(matches(pattern, literal)).toBe(true);
        expect(matches(plain, candidate)).toBe(matches(pattern, candidate));
        expect(matches(literal, candidate)).toBe(literal === candidate);
      }),
    );
  });

  test('a pattern longer than any name matches none; wildcards in a row are one', () => {
    expect(matches('a'.repeat(513), 'a'.repeat(513))).toBe(false);
    expect(matches('a'.repeat(512), 'a'.repeat(512))).toBe(true);
    expect(matches('%'.repeat(100_000), 'a')).toBe(true);
    expect(matches('*a%'.repeat(170), `${'a'.repeat(250)}/b`)).toBe(false);
  });
});
