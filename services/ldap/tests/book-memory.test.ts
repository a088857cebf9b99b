// What the book takes, in a process of its own: what others leave behind is not counted.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { person } from '../src/directory/book-entry.ts';
import { Book } from '../src/directory/book.ts';
import { planOf } from '../src/search/plan.ts';

test('50,000 entries take at most 30 MiB, and a search looks at no more than what begins alike', () => {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage();
  const names = ['Анна', 'Борис', 'Clara', 'Dmitri'];
  const book = new Book();
  book.replaceAll(
    Array.from({ length: 50_000 }, (_, n) =>
      person({
        address: `user${n}.${n * 7}@demo.test`,
        displayName: `${names[n % 4]} Иванов${n.toString(36)}`,
        domain: 'demo.test',
        epoch: 1,
        aliases: [],
      }),
    ),
  );
  collect();
  const after = process.memoryUsage();
  const used = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(used / 2 ** 20).toBeLessThan(30);
  const plan = planOf(
    {
      kind: 'and',
      parts: [
        { kind: 'present', attribute: 'mail' },
        {
          kind: 'or',
          parts: ['cn', 'mail', 'sn', 'givenName'].map((attribute) => ({
            ...{ kind: 'substrings', attribute, initial: 'user1234', any: [], final: null },
          })) as never,
        },
      ],
    },
    book,
  );
  expect(plan?.cost).toBe(11);
});
