import { describe, expect, test } from 'vitest';
import { decode, parseAccounts } from './csv.ts';

const anna = {
  address: 'anna@firma.test',
  displayName: 'Анна',
  password: 'secret',
  quotaMb: 500,
  problem: null,
};

describe('a file is read', () => {
  test.each([
    [
      'with semicolons and Russian headings',
      'Адрес;Имя;Пароль;Квота, Мб\nanna@firma.test;Анна;secret;500\n',
      2,
    ],
    [
      'with commas and English headings in another order',
      'password,quota,name,email\r\nsecret,500,Анна,anna@firma.test',
      2,
    ],
    ['with tabs and without headings', 'anna@firma.test\tАнна\tsecret\t500', 1],
    ['with the mark of UTF-8', '\uFEFFaddress;name;password;quota\nanna@firma.test;Анна;secret;500', 2],
    ['with letters of either case', 'ADDRESS;Name;Password;Quota\nAnna@Firma.test;Анна;secret;500', 2],
  ])('%s', (_, text, line) => {
    expect(parseAccounts(text).rows).toEqual([{ ...anna, line }]);
  });
});

test('RFC 4180 §2: cells in quotes hold separators, quotes and line ends; lines are counted in the file', () => {
  const { rows } = parseAccounts('address;name\na@b.test;"Ivan; ""Vanya""\nIvanov"\nc@b.test;C');
  expect(rows.map(({ line, displayName }) => [line, displayName])).toEqual([
    [2, 'Ivan; "Vanya"\nIvanov'],
    [4, 'C'],
  ]);
});

test('windows-1251, as spreadsheets in Russia save it, is told from UTF-8', () => {
  const bytes = Uint8Array.from([0xc0, 0xed, 0xed, 0xe0]);
  expect(decode(bytes)).toEqual({ text: 'Анна', encoding: 'windows-1251' });
  expect(decode(new TextEncoder().encode('Анна'))).toEqual({ text: 'Анна', encoding: 'utf-8' });
});

test('a line that cannot be taken says why', () => {
  const { rows } = parseAccounts('anna;A\nanna@firma.test;A;;many\na@firma.test\nA@firma.test');
  expect(rows.map(({ problem }) => problem)).toEqual(['address', 'quota', null, 'twice']);
});
