import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderedSubject } from './ordered-subject.ts';
import { threadByReferences } from './references.ts';
import { formatThreads } from './thread-node.ts';
import type { ThreadedMessage } from './threaded-message.ts';

/** `id < ref ref`, each a minute after the one before; behind a colon the subject. */
function messages(...lines: string[]): ThreadedMessage[] {
  return lines.map((line, at) => {
    const [head = '', subject = ''] = line.split(': ');
    const [id = '', references = ''] = head.split(' < ');
    const text = subject.replace(/^re /, '');
    return {
      uid: at + 1,
      sentAt: at * 60_000,
      subject: text,
      isReply: text !== subject,
      id: id === '-' ? null : id,
      references: references === '' ? [] : references.split(' '),
    };
  });
}

async function threads(...lines: string[]): Promise<string> {
  return formatThreads(await threadByReferences(messages(...lines)), (uid) => uid);
}

describe('RFC 5256 §3: REFERENCES', () => {
  test.each<[string, string[], string]>([
    ['alone', ['a', 'b'], '(1)(2)'],
    ['a chain', ['a', 'b < a', 'c < a b'], '(1 2 3)'],
    ['two replies', ['a', 'b < a', 'c < a', 'd < a c'], '(1 (2)(3 4))'],
    ['a reply that comes before', ['b < a', 'a'], '(2 1)'],
    ['a message that is missing between', ['a', 'c < a b'], '(1 2)'],
    ['a missing one at the top of one', ['b < a'], '(1)'],
    ['a missing one at the top of several', ['b < a', 'c < a'], '((1)(2))'],
    ['a message that answers itself', ['a < a', 'b < a'], '(1 2)'],
    ['a loop', ['a < b', 'b < a'], '(2 1)'],
    ['a longer loop', ['a < c', 'b < a', 'c < b'], '(3 1 2)'],
    ['an id twice', ['a', 'a', 'b < a'], '(1 3)(2)'],
    ['no id', ['-', '- < x', '- < x'], '(1)((2)(3))'],
    ['what a message says itself counts more', ['a', 'b', 'd < a c', 'c < b'], '(1)(2 4 3)'],
    ['one subject', ['a: x', 'b: re x', 'c: y'], '(1 2)(3)'],
    ['one subject, the reply first', ['a: re x', 'b: x'], '(2 1)'],
    ['one subject and no reply', ['a: x', 'b: x'], '((1)(2))'],
    ['one subject of several threads', ['b < a: x', 'c < a: x', 'd: x', 'e: re x'], '((1)(2)(3)(4))'],
    ['one subject twice missing', ['b < a: x', 'c < a: x', 'e < d: x', 'f < d: x'], '((1)(2)(3)(4))'],
    ['no subject', ['a', 'b'], '(1)(2)'],
  ])('%s', async (_, lines, wanted) => {
    expect(await threads(...lines)).toBe(wanted);
  });

  test('each message is told once, whatever they claim of each other', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const message = fc.record({
      id: fc.option(id),
      references: fc.array(id, { maxLength: 4 }),
      subject: fc.constantFrom('', 'x', 'y'),
      isReply: fc.boolean(),
      sentAt: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (drawn) => {
        const all = drawn.map((each, at) => ({ ...each, uid: at + 1 }));
        for (const tree of [await threadByReferences(all), await orderedSubject([...all])]) {
          const text = await formatThreads(tree, (uid) => uid);
          expect([...text.matchAll(/\d+/g)].map(Number).toSorted((a, b) => a - b)).toEqual(
            all.map(({ uid }) => uid),
          );
          expect(text).toMatch(/^(?:\((?:\d| \d|[ ()])+\))*$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('hostile chains, loops and crowds take their time in small pieces', async () => {
    const count = 50_000;
    const deep = Array.from({ length: count }, (_, at) => `m${at} < m${at - 1}`);
    const missing = Array.from({ length: count }, (_, at) => `m${at} < d${at} d${at + 1}`);
    const backwards = Array.from({ length: count }, (_, at) => `m${at} < m${at + 2} m${at + 1}`);
    const crowd = Array.from({ length: count }, (_, at) => `m${at} < a${at % 2}`);
    const sameSubject = Array.from({ length: count }, (_, at) => `m${at}: x`);
    for (const lines of [deep, missing, backwards, crowd, sameSubject]) {
      let longest = 0;
      let last = performance.now();
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }, 1);
      const text = await threads(...lines);
      clearInterval(timer);
      expect([...text.matchAll(/\d+/g)]).toHaveLength(count);
      // Making the messages is part of it.
      expect(longest).toBeLessThan(1000);
    }
  }, 60_000);
});

test('RFC 5256 §3: ORDEREDSUBJECT', async () => {
  const all = messages('a: x', 'b: y', 'c: re x', 'd: x', 'e: re y');
  expect(await formatThreads(await orderedSubject(all), (uid) => uid)).toBe('(1 (3)(4))(2 5)');
});
