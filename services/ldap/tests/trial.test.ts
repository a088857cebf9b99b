// `try.ldap`: the queries of programs, put by this process to itself for a person, and what is told of who was not found.
import { type BookProgram, bookPrograms, tryBook, type TriedBook } from '@pochtar/bus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filterText } from '../src/protocol/filter-text.ts';
import { queryOf } from '../src/trial/queries.ts';
import { BASE, type Installation, startInstallation } from './installation.ts';

let at: Installation;
beforeAll(async () => {
  at = await startInstallation();
  await at.addPeople([
    { address: 'hanna@demo.test', displayName: 'Hanna Hidden', isHidden: true },
    { address: 'hanno@other.test', displayName: 'Hanno Foreign' },
  ]);
}, 120_000);
afterAll(() => at[Symbol.asyncDispose]());

const anna = { address: 'anna@demo.test', domain: 'demo.test' };

function ask(program: BookProgram, text: string, domains: string[] | null = null): Promise<TriedBook> {
  return at.settingsBus.ask(tryBook, { program, text, person: anna, domains }, 10_000);
}

const addresses = ({ entries }: TriedBook): string[] => entries.map(({ address }) => address);
const whys = ({ absent }: TriedBook): string[] =>
  absent.map(({ address, why }) => `${address} ${why}`).sort();

test('each program finds by its own query what a program of that kind finds that has logged in', async () => {
  const client = await at.client('anna@demo.test');
  for (const program of bookPrograms.filter((one) => one !== 'outlookList')) {
    const tried = await ask(program, 'bor');
    expect(addresses(tried), program).toEqual(['boris@demo.test']);
    expect(tried).toMatchObject({ base: BASE, fault: null, count: 1 });
    const { searchEntries } = await client.search(BASE, { filter: tried.filter, attributes: ['mail'] });
    expect(searchEntries.map(({ mail }) => mail)).toEqual(['boris@demo.test']);
  }
});

test('the queries are those of the programs', () => {
  const filter = (program: BookProgram, text: string): string => filterText(queryOf(program, text).filter);
  expect(filter('thunderbird', 'Anna G')).toBe(
    '(|(cn=*anna*g*)(mail=*anna g*)(givenName=*anna*)(sn=*anna g*))',
  );
  expect(filter('outlook', 'an*(')).toBe(
    String.raw`(&(mail=*)(|(mail=an\2a\28*)(|(cn=an\2a\28*)(|(sn=an\2a\28*)(givenName=an\2a\28*)))))`,
  );
});

test("Outlook's list stands where the text does, and tells its place", async () => {
  const tried = await ask('outlookList', 'b');
  expect(addresses(tried).slice(0, 2)).toEqual(['boris@demo.test', 'clara@demo.test']);
  expect(tried.list).toEqual({ position: 2, count: 4 });
  expect(tried.absent.every(({ why }) => why !== 'notAskedFor')).toBe(true);
});

describe('who is in the book and was not found', () => {
  test('is hidden, of another domain, or not asked for', async () => {
    const tried = await ask('thunderbird', 'hann');
    expect(addresses(tried)).toEqual([]);
    expect(whys(tried)).toEqual(['hanna@demo.test hidden', 'hanno@other.test otherDomain']);
    expect(whys(await ask('outlook', 'nna'))).toEqual([
      'anna@demo.test notAskedFor',
      'hanna@demo.test hidden',
    ]);
  });

  test('is told of within the domains of who asks', async () => {
    expect(whys(await ask('thunderbird', 'hann', ['demo.test']))).toEqual(['hanna@demo.test hidden']);
    expect(whys(await ask('thunderbird', 'hann', []))).toEqual([]);
  });

  test('is a group that is skipped; visibility and switch count from the next question on', async () => {
    await at.set({ addressBook: { skipGroups: true, visibility: 'all' } });
    const tried = await ask('roundcube', 'all');
    expect([addresses(tried), whys(tried)]).toEqual([[], ['all@demo.test skipGroups']]);
    expect(addresses(await ask('roundcube', 'hann'))).toEqual(['hanno@other.test']);
    await at.set({ addressBook: { enabled: false } });
    expect(await ask('outlook', 'bor')).toMatchObject({ fault: 'switchedOff', entries: [] });
    await at.set({ addressBook: { enabled: true, skipGroups: false, visibility: 'ownDomain' } });
  });
});
