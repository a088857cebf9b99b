import { describe, expect, test } from 'vitest';
import { accountsAsCsv, decode, parseAccounts } from './csv.ts';

const anna = {
  address: 'anna@firma.test',
  displayName: 'Анна',
  password: 'secret',
  quotaMb: 500,
  contact: {},
  isHidden: null,
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

const ivan = {
  address: 'ivan@firma.test',
  displayName: 'Иванов Иван',
  quotaBytes: 500 * 1024 * 1024,
  contact: {
    ...{ givenName: 'Иван', surname: 'Иванов', jobTitle: 'Инженер; "главный"', department: 'ПТО' },
    ...{ organisation: 'ООО «Ёлка»', workPhone: '+7 495 123-45-67, доб. 12', mobilePhone: '+79161234567' },
    ...{ homePhone: '8 (495) 765-43-21', fax: '123-45-68', office: '314', postalAddress: 'Москва' },
  },
  isHidden: true,
};

test.each(['ru', 'en'] as const)('what is exported in %s is what is imported', (language) => {
  const text = accountsAsCsv(
    [ivan, { ...ivan, address: 'b@firma.test', contact: {}, isHidden: false }],
    language,
  );
  expect(text.startsWith('\uFEFF')).toBe(true);
  const { displayName, contact } = ivan;
  const row = { displayName, password: '', quotaMb: 500, problem: null };
  expect(parseAccounts(text).rows).toEqual([
    { ...row, line: 2, address: 'ivan@firma.test', contact, isHidden: true },
    { ...row, line: 3, address: 'b@firma.test', contact: {}, isHidden: null },
  ]);
});

test('no spreadsheet takes an exported cell for a formula, and telephone numbers stay what they are', () => {
  const contact = {
    jobTitle: '=HYPERLINK("http://x")',
    department: '@x',
    office: '-2+3',
    workPhone: '+7 495 123',
  };
  const text = accountsAsCsv([{ ...ivan, contact }], 'en');
  expect(text).toContain(`;"'=HYPERLINK(""http://x"")";'@x;`);
  expect(text).toContain(`;'-2+3;`);
  expect(text).toContain(';+7 495 123;');
  expect(parseAccounts(text).rows[0]?.contact).toEqual(contact);
});

test('names in columns of their own are names, and make no display name', () => {
  const { rows } = parseAccounts('Фамилия;Имя;Адрес\nИванов;Иван;ivan@firma.test');
  expect(rows).toMatchObject([{ displayName: '', contact: { surname: 'Иванов', givenName: 'Иван' } }]);
  const both = parseAccounts('Фамилия;Имя;ФИО;Адрес\nИванов;Иван;Иванов И. И.;ivan@firma.test').rows;
  expect(both).toMatchObject([
    { displayName: 'Иванов И. И.', contact: { surname: 'Иванов', givenName: 'Иван' } },
  ]);
});
