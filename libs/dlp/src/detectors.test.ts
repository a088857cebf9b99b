import { beforeAll, describe, expect, test } from 'vitest';
import { detect, type DetectorName } from './detectors.ts';
import { compileExpression, loadExpressions } from './expression.ts';
import { excerpt, masked } from './find.ts';

const values = (name: DetectorName, text: string) => detect(name, text).map(({ value }) => value);

describe('a number that proves itself is found', () => {
  test.each<[DetectorName, string, string]>([
    ['bankCard', 'Карта 4111 1111 1111 1111.', '4111111111111111'],
    ['bankCard', '5555-5555-5555-4444', '5555555555554444'],
    ['bankCard', 'Мир: 2200000000000004', '2200000000000004'],
    ['bankCard', 'amex 378282246310005', '378282246310005'],
    ['inn', 'ИНН 7707083893', '7707083893'],
    ['inn', 'ИНН:500100732259', '500100732259'],
    ['snils', 'СНИЛС 112-233-445 95', '11223344595'],
    ['snils', '11223344595', '11223344595'],
    ['passport', 'паспорт 45 08 123456, выдан', '4508123456'],
    ['passport', 'серия 4508 № 123456', '4508123456'],
    ['iban', 'IBAN GB82 WEST 1234 5698 7654 32', 'GB82WEST12345698765432'],
    ['iban', 'DE89370400440532013000 BIC', 'DE89370400440532013000'],
  ])('%s: %s', (name, text, value) => expect(values(name, text)).toEqual([value]));
});

describe('what only looks like one is not found', () => {
  test.each<[DetectorName, string, string]>([
    ['bankCard', '4111 1111 1111 1112', 'the check digit is wrong'],
    ['bankCard', '94111111111111111', 'digits go on before it'],
    ['bankCard', '4111111111111111 22', 'digits go on behind it'],
    ['bankCard', '9999999999999995', 'no payment system has this range'],
    ['bankCard', 'a4111111111111111', 'it is a piece of a word'],
    ['inn', '7707083894', 'the check digit is wrong'],
    ['inn', '+77070838931', 'eleven digits'],
    ['inn', '0000000000', 'no region'],
    ['snils', '112-233-445 96', 'the check number is wrong'],
    ['passport', '45 08 123456', 'no word near it tells what it is'],
    ['passport', 'паспорт 45 55 123456', 'no blank is of that year'],
    ['iban', 'GB82 WEST 1234 5698 7654 33', 'the remainder is wrong'],
    ['iban', 'GB82 WEST 1234 5698 7654', 'too short for its country'],
  ])('%s: %s (%s)', (name, text) => expect(values(name, text)).toEqual([]));
});

test('an excerpt never shows the whole of a value, nor of another number beside it', () => {
  const text = 'карты 4111 1111 1111 1111 и 5555 5555 5555 4444';
  const [first] = detect('bankCard', text);
  expect(masked('4111 1111 1111 1111')).toBe('•••• •••• •••• ••11');
  const shown = first && excerpt(text, first, true);
  expect(shown).toContain('•••• •••• •••• ••11');
  expect(shown).not.toMatch(/\d{3}/);
  expect(masked('123')).toBe('•••');
});

describe('regular expressions', () => {
  beforeAll(loadExpressions);

  test.each([
    ['(a', 'missing'],
    ['(a)\\1', 'invalid escape'],
    ['(?=a)b', ''],
    ['x*', 'empty text'],
    ['(a{100}){100}', ''],
    ['a'.repeat(501), 'longer than 500'],
  ])('a bad one says what is wrong with it: %s', (source, problem) => {
    const result = compileExpression(source);
    expect(result).toMatchObject({ isGood: false, problem: expect.stringContaining(problem) });
  });

  test('one that makes others count for ever takes time by the length of the text alone', () => {
    const result = compileExpression('(a+)+$');
    const start = process.cpuUsage();
    if (result.isGood) expect(result.find(`${'a'.repeat(5000)}!`)).toEqual([]);
    // The usual engine needs 2^5000 steps.
    expect(process.cpuUsage(start).user).toBeLessThan(5_000_000);
    expect(result.isGood).toBe(true);
  });

  test('finds all places, in any case', () => {
    const result = compileExpression('проект\\s+«\\w+»|PRJ-\\d+');
    const finds = result.isGood ? result.find('prj-12, PRJ-7 и PRJ-x') : [];
    expect(finds.map(({ value }) => value)).toEqual(['prj-12', 'prj-7']);
  });
});
