import { expect, test } from 'vitest';
import { commonName, foldedGivenName, foldedSurname, givenNameOf, person, surnameOf } from './book-entry.ts';

test.each([
  ['Anna Maria Grant', {}, 'Grant', 'Anna Maria'],
  ['Grant, Anna', {}, 'Grant', 'Anna'],
  ['Anna', {}, 'Anna', ''],
  ['Иванов Иван Иванович', { surname: 'Иванов', givenName: 'Иван' }, 'Иванов', 'Иван'],
  ['Ёлкина Анна', { surname: 'Ёлкина' }, 'Ёлкина', ''],
  ['Anna  van  der Berg', { surname: 'van der Berg', givenName: 'Anna' }, 'van der Berg', 'Anna'],
  ['Boss', { surname: 'Grant', givenName: 'Émile' }, 'Grant', 'Émile'],
  ['Grant, Anna', { surname: 'Grant', givenName: 'Anna' }, 'Grant', 'Anna'],
  ['', { surname: 'Grant', givenName: 'Anna' }, 'Grant', 'Anna'],
  ['', { surname: 'Grant' }, 'Grant', ''],
  ['', {}, 'x', ''],
  [`${'a '.repeat(20)}Grant`, { surname: 'Grant', givenName: 'a' }, 'Grant', 'a'],
])(
  '%s with %j: the surname is %s, the given name %s, and so they are compared',
  (displayName, contact, last, first) => {
    const one = person({
      address: 'x@demo.test',
      displayName,
      domain: 'demo.test',
      epoch: 1,
      aliases: [],
      contact,
    });
    expect([surnameOf(one), givenNameOf(one)]).toEqual([last, first]);
    const folded = (text: string) => text.toLowerCase().replaceAll('ё', 'е').replaceAll('é', 'e');
    expect([foldedSurname(one), foldedGivenName(one)]).toEqual([folded(last), folded(first)]);
  },
);

test('whoever has no display name is called by the names that were given, or by the mailbox', () => {
  const named = (contact: object) =>
    commonName(
      person({ address: 'x@demo.test', displayName: '', domain: 'd', epoch: 1, aliases: [], contact }),
    );
  expect([named({ givenName: 'Anna', surname: 'Grant' }), named({ surname: 'Grant' }), named({})]).toEqual([
    'Anna Grant',
    'Grant',
    'x',
  ]);
});
