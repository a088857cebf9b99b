import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SortedKeys } from './sorted-keys.ts';

/** Few letters, so that many keys are equal and many begin alike. */
const key = fc.string({ unit: fc.constantFrom('a', 'b', 'я'), maxLength: 4 });

test('ranges are those of a plain list, whatever was added, removed and looked for before', () => {
  const step = fc.tuple(fc.constantFrom('add', 'remove', 'look'), key);
  fc.assert(
    fc.property(
      fc.array(key, { maxLength: 3000, size: 'max' }),
      fc.array(step, { maxLength: 30 }),
      (first, steps) => {
        const texts = [...first];
        const here = new Set(texts.keys());
        const keys = new SortedKeys((slot) => texts[slot] as string);
        keys.replaceAll([...here].map((slot) => ({ slot, value: 0 })));
        for (const [act, text] of steps) {
          if (act === 'add') {
            const slot = texts.push(text) - 1;
            here.add(slot);
            keys.add(slot, 0);
          } else if (act === 'remove') {
            const slot = [...here].find((one) => texts[one] === text);
            if (slot === undefined) continue;
            keys.remove(slot, 0);
            here.delete(slot);
          } else {
            const found = ({ from, to }: { from: number; to: number }) =>
              Array.from({ length: to - from }, (_, index) => keys.slotAt(from + index)).toSorted(
                (a, b) => a - b,
              );
            const wanted = (fits: (one: string) => boolean) =>
              [...here].filter((slot) => fits(texts[slot] as string)).toSorted((a, b) => a - b);
            expect(found(keys.equal(text))).toEqual(wanted((one) => one === text));
            expect(found(keys.beginningWith(text))).toEqual(wanted((one) => one.startsWith(text)));
          }
        }
        expect(keys.size).toBe(here.size);
      },
    ),
    { numRuns: 60 },
  );
});
