import { describe, expect, test } from 'vitest';
import type { Command } from './command.ts';
import { readInput } from './input.ts';
import { text } from './language.ts';

const help = text('x', 'x');
const command: Command = {
  words: 'a b',
  summary: help,
  args: [{ name: 'ONE' }, { name: 'TWO', isOptional: true }],
  options: { flag: { help }, value: { value: 'V', help }, many: { value: 'V', isMany: true, help } },
  run: () => Promise.resolve(0),
};
const now = new Date('2027-01-31T12:00:00Z');

describe('the words behind a command', () => {
  test('are arguments and options in any order', () => {
    const input = readInput(command, [
      '--many',
      'x',
      'one',
      '--value=v',
      '--many=y',
      '--flag',
      '--',
      '--two',
    ]);
    expect(input.args).toEqual(['one', '--two']);
    expect([input.option('value'), input.options('many'), input.flag('flag'), input.flag('json')]).toEqual([
      'v',
      ['x', 'y'],
      true,
      false,
    ]);
  });

  test.each([
    [[], /ONE is missing/],
    [['1', '2', '3'], /unexpected argument “3”/],
    [['1', '--none'], /no option --none; there are --json/],
    [['1', '--value'], /option --value/],
    [['1', '--flag=x'], /option --flag/],
  ])('%j are not understood', (words, message) => {
    expect(() => readInput(command, words)).toThrow(message);
  });

  test('--help needs no arguments', () => {
    expect(readInput(command, ['-h']).flag('help')).toBe(true);
  });
});

describe('values', () => {
  const given = (value: string) => readInput(command, ['1', `--value=${value}`]);

  test('numbers keep to their bounds', () => {
    const bounds = { min: 1, max: 10 };
    expect(given('10').number('value', bounds)).toBe(10);
    expect(given('10').number('none', bounds)).toBeUndefined();
    for (const wrong of ['0', '11', 'x', '1.5', '', '9'.repeat(30)]) {
      expect(() => given(wrong).number('value', bounds)).toThrow(/from 1 to 10/);
    }
  });

  test('sizes have units', () => {
    expect([
      given('500M').size('value'),
      given('2g').size('value'),
      given('7').size('value'),
      given('1KB').size('value'),
    ]).toEqual([500 * 1024 ** 2, 2 * 1024 ** 3, 7, 1024]);
    expect(given('none').size('value')).toBeNull();
    for (const wrong of ['0', '', '5X', '-1', '1.5G', '999999999999T']) {
      expect(() => given(wrong).size('value')).toThrow(/such as 500M/);
    }
  });

  test('moments are dates or some time ago', () => {
    expect(given('90m').moment('value', now)).toBe('2027-01-31T10:30:00.000Z');
    expect(given('7d').moment('value', now)).toBe('2027-01-24T12:00:00.000Z');
    expect(given('2027-01-01T00:00:00Z').moment('value', now)).toBe('2027-01-01T00:00:00.000Z');
    for (const wrong of ['', 'soon', '2027-99-99', '5', '1 h']) {
      expect(() => given(wrong).moment('value', now)).toThrow(/such as/);
    }
  });
});
