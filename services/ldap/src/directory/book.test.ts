import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryFilter } from '../../tests/arbitrary-filter.ts';
import { readBases } from '../tree/bases.ts';
import { BookView } from '../tree/book-view.ts';
import { planOf } from '../search/plan.ts';
import { testOf } from '../search/truth.ts';
import { fold } from '../schema/fold.ts';
import { type BookEntry, external, group, keyOf, person } from './book-entry.ts';
import { Book } from './book.ts';

const [base] = readBases('dc=demo,dc=test');

const arbitraryEntry: fc.Arbitrary<BookEntry> = fc
  .record({
    kind: fc.constantFrom('person', 'group', 'contact'),
    id: fc.integer({ min: 1, max: 12 }),
    local: fc.constantFrom('anna', 'ivan', 'x', 'demo', 'anna.k', 'ivánov'),
    domain: fc.constantFrom('demo.test', 'other.test'),
    name: fc.constantFrom('', 'Анна Ёлкина', 'Иван', 'Demo, Anna', 'x', 'Anna Ivanova'),
    aliases: fc.array(fc.constantFrom('office@demo.test', 'a@x.test'), { maxLength: 2 }),
    contact: fc.record(
      { surname: fc.constantFrom('Ёлкина', 'Grant', 'x'), givenName: fc.constantFrom('Анна', 'Ivan') },
      { requiredKeys: [] },
    ),
  })
  .map(({ kind, id, local, domain, name, aliases, contact }) => {
    const address = `${local}@${domain}`;
    if (kind === 'contact') return external({ id, address, displayName: name, domain, contact });
    return kind === 'group'
      ? group({ address, name, domain, members: aliases })
      : person({ address, displayName: name, domain, epoch: 1, aliases, contact });
  });

test('a plan leaves out no entry that fits, whatever the filter, and whatever was put and taken away before', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryEntry, { maxLength: 6 }),
      fc.array(fc.tuple(arbitraryEntry, fc.boolean()), { maxLength: 6 }),
      arbitraryFilter,
      (first, changes, filter) => {
        const book = new Book();
        book.replaceAll(new Map(first.map((entry) => [keyOf(entry), entry])).values());
        for (const [entry, isThere] of changes) book.put(keyOf(entry), isThere ? entry : undefined);
        const names = { visible: () => null, addressAt: (key: string) => key };
        const around = { base: base as NonNullable<typeof base>, ...names };
        const truth = testOf(filter);
        const fitting: number[] = [];
        for (let slot = 0; slot < book.slots; slot++) {
          const entry = book.at(slot);
          if (entry !== undefined && truth(new BookView(entry, around)) === true) fitting.push(slot);
        }
        const plan = planOf(filter, book);
        if (plan === null) return;
        const planned: number[] = [];
        plan.collect(planned);
        expect(planned.length).toBeLessThanOrEqual(plan.cost);
        expect(fitting.filter((slot) => !planned.includes(slot))).toEqual([]);
      },
    ),
    { numRuns: 500, interruptAfterTimeLimit: 3000 },
  );
});

test('what stands under an address is the last that was put there', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(arbitraryEntry, fc.boolean()), { maxLength: 20 }), (changes) => {
      const book = new Book();
      const known = new Map<string, BookEntry>();
      for (const [entry, isThere] of changes) {
        book.put(keyOf(entry), isThere ? entry : undefined);
        if (isThere) known.set(keyOf(entry), entry);
        else known.delete(keyOf(entry));
      }
      expect(book.size).toBe(known.size);
      for (const [entry] of changes) expect(book.find(keyOf(entry))).toBe(known.get(keyOf(entry)));
    }),
  );
});

test('the book is built anew when many of its slots are empty, and keeps what it has', () => {
  const book = new Book();
  const one = (epoch: number) =>
    person({ address: 'anna@demo.test', displayName: '', domain: 'demo.test', epoch, aliases: [] });
  for (let epoch = 1; epoch <= 1100; epoch++) {
    book.put('anna@demo.test', one(epoch));
    book.tidy();
  }
  expect([book.size, book.slots < 1100, book.find('anna@demo.test')]).toEqual([1, true, one(1100)]);
});

test.each([
  ['Ёлкина', 'елкина'],
  ['  Émile   ZOLA ', 'emile zola'],
  ['Йод', 'йод'],
  ['Straße', 'strasse'],
  ['ﬁn', 'fin'],
  ['İstanbul', 'istanbul'],
])('%s is compared as %s', (text, folded) => expect(fold(text)).toBe(folded));

test('folding what is folded changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
      expect(fold(fold(text))).toBe(fold(text));
    }),
  );
});
