import { expect, test } from 'vitest';
import { contactFields, contactLimit, contactProblem, tidyContactValue } from './contact.ts';

test.each([
  ['workPhone', '+7 495 123-45-67, доб. 12', null],
  ['workPhone', '02', null],
  ['workPhone', '', null],
  ['workPhone', 'коммутатор', 'noPhone'],
  ['fax', '2', 'noPhone'],
  ['surname', 'Константинопольский-Задунайский', null],
  ['surname', 'a\tb', 'notOneLine'],
  ['surname', 'a\u2029b', 'notOneLine'],
  ['surname', '\ud800', 'notOneLine'],
  ['surname', '\u{1f600}'.repeat(100), null],
] as const)('%s %j: %s', (field, value, problem) => expect(contactProblem(field, value)).toBe(problem));

test('each field has a limit, which it may reach and not exceed', () => {
  for (const field of contactFields) {
    const most = '1'.repeat(contactLimit(field));
    expect([contactProblem(field, most), contactProblem(field, `${most}1`)]).toEqual([null, 'tooLong']);
  }
});

test('a value is kept without space around it, and with one where there were several of any kind', () => {
  expect(tidyContactValue(' Отдел\u00a0 \u2003снабжения\t\r\n')).toBe('Отдел снабжения');
  expect(tidyContactValue('И\u0306од')).toBe('Йод');
});
