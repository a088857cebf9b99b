// The people of the LDAP bench, for both servers the same. Ten share a surname that nobody else has any part of, so that
// completing it finds ten, whatever the size of the book.

export interface BenchPerson {
  address: string;
  givenName: string;
  surname: string;
}

export const BENCH_DOMAIN = 'bench.test';
export const BENCH_BASE = 'dc=bench,dc=test';

const GIVEN = ['Anna', 'Boris', 'Clara', 'Dmitri', 'Elena', 'Fedor', 'Galina', 'Henrik', 'Irina', 'Juri'];
const SYLLABLES = 'bcdfghjklmnprstvwxyz'
  .split('')
  .flatMap((consonant) => 'aeiou'.split('').map((vowel) => `${consonant}${vowel}`));
/** Prime to the number of words, so that neighbours have nothing alike. */
const STEP = 617_341;

/** Three syllables, of six letters: another one for each number below a million. */
function surname(number: number): string {
  const word = (number * STEP) % SYLLABLES.length ** 3;
  const syllable = (place: number): string =>
    SYLLABLES[Math.floor(word / SYLLABLES.length ** place) % SYLLABLES.length] as string;
  return `${syllable(2)}${syllable(1)}${syllable(0)}`;
}

export function benchPerson(number: number): BenchPerson {
  const givenName = GIVEN[number % GIVEN.length] as string;
  const word = surname(Math.floor(number / GIVEN.length));
  return {
    address: `${givenName.toLowerCase()}.${word}@${BENCH_DOMAIN}`,
    givenName,
    surname: `${word[0]?.toUpperCase()}${word.slice(1)}`,
  };
}

export function benchPeople(count: number): BenchPerson[] {
  return Array.from({ length: count }, (_, number) => benchPerson(number));
}
