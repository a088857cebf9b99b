import { type Contact, contactFields } from '@pochtar/mail/contact';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packContact, unpackField } from './packed-contact.ts';

const value = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => !text.includes('\0'));
const contact: fc.Arbitrary<Contact> = fc.record(
  Object.fromEntries(contactFields.map((field) => [field, value])) as Record<string, typeof value>,
  { requiredKeys: [] },
);

test('what is packed is what is unpacked', () => {
  fc.assert(
    fc.property(contact, (written) => {
      const packed = packContact(written);
      expect(/^[\0-\xff]*$/.test(packed)).toBe(true);
      for (const field of contactFields) expect(unpackField(packed, field)).toBe(written[field] ?? '');
    }),
  );
});

test('values that many share are kept once, as long as there are few of them', () => {
  const of = (n: number): Contact => ({ jobTitle: `Инженер ${n}`, workPhone: '1234567' });
  const packed = Array.from({ length: 10_000 }, (_, n) => packContact(of(n)));
  expect(packed[1]).toHaveLength(12);
  expect(packed.map((one) => unpackField(one, 'jobTitle'))).toEqual(packed.map((_, n) => `Инженер ${n}`));
  expect(packContact(of(1))).toBe(packed[1]);
});
