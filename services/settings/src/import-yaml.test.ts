import { defaultDocument, sectionNames } from '@pochtar/settings';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settingsYaml } from './export-yaml.ts';
import { readSettingsYaml } from './import-yaml.ts';

const complaints = (yaml: string) => {
  const file = readSettingsYaml(yaml);
  return Array.isArray(file) ? file.map(({ code, field, line }) => [code, field, line]) : [];
};
const all = sectionNames.map((name) => ({
  name,
  document: defaultDocument(name),
  secrets: { password: true },
}));

describe('an exported file', () => {
  test.each(['ru', 'en'] as const)('in %s reads back as what it was made from', (language) => {
    const file = readSettingsYaml(settingsYaml(all, language));
    if (Array.isArray(file)) throw new Error(JSON.stringify(file));
    expect(file.changes).toEqual(all.map(({ name, document }) => ({ section: name, patch: document })));
  });

  test('has its labels beside the fields, the same text each time, and secrets only as set or not set', () => {
    const [network, relay] = all.filter(({ name }) => name === 'network' || name === 'relay');
    if (network === undefined || relay === undefined) throw new Error('no such section');
    const yaml = settingsYaml([network, { ...relay, secrets: {} }], 'ru');
    expect(yaml).toContain('\nversion: 1\n\n# Сетевые настройки\nnetwork:\n  # Порт SMTP\n  smtpPort: 25\n');
    expect(yaml).toMatch(/ {2}# password: .*\(не задан\)\n$/);
    expect(settingsYaml([network, { ...relay, secrets: {} }], 'ru')).toBe(yaml);
  });

  test('keeps every text as it is', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('null', 'off', '1e3', '# x', ': ', '- a', '\n a\n'),
    );
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1 }), (zones) => {
        const file = readSettingsYaml(
          settingsYaml([{ name: 'dnsbl', document: { zones }, secrets: {} }], 'en'),
        );
        if (Array.isArray(file)) throw new Error(JSON.stringify(file));
        expect(file.changes[0]?.patch?.['zones']).toEqual(zones);
      }),
    );
  });
});

describe('a file that somebody wrote', () => {
  test('may have some fields only, and knows the line of each', () => {
    const file = readSettingsYaml(
      '# mine\nqueue:\n  waitMinMinutes: 5\ngeneral:\n  autoCreateFolders:\n    - name: A\n      specialUse: x\n',
    );
    if (Array.isArray(file)) throw new Error(JSON.stringify(file));
    expect(file.changes).toMatchObject([
      { section: 'queue', patch: { waitMinMinutes: 5 } },
      { section: 'general', patch: { autoCreateFolders: [{ name: 'A' }] } },
    ]);
    expect(file.lineOf('queue', 'waitMinMinutes')).toBe(3);
    expect(file.lineOf('general', 'autoCreateFolders.0.specialUse')).toBe(7);
    expect(file.lineOf('general', 'autoCreateFolders.0.other')).toBe(6);
    expect(file.lineOf('queue', 'waitMaxMinutes')).toBe(2);
    expect(file.lineOf('relay', '')).toBeUndefined();
  });

  test.each([
    ['', [['wrongType', '', 1]]],
    ['version: 1\n', [['missing', '', undefined]]],
    ['version: 2\nqueue:\n  waitMinMinutes: 5', [['wrongVersion', 'version', 1]]],
    [
      'quue:\n  x: 1\nnetwork:\n  smtpPrt: 1\n',
      [
        ['unknownSection', 'quue', 1],
        ['unknownField', 'network.smtpPrt', 4],
      ],
    ],
    ['relay:\n  password: x\n', [['isSecret', 'relay.password', 2]]],
    ['network: 5\n', [['wrongType', 'network', 1]]],
    ['queue:\n  waitMinMinutes: 5\n  waitMinMinutes: 6\n', [['wrongFormat', '', 3]]],
    ['queue: &a\n  waitMinMinutes: 5\n', [['wrongFormat', '', 2]]],
    ['queue:\n  waitMinMinutes: &a 5\n  waitMaxMinutes: *a\n', [['wrongFormat', '', 2]]],
    ['queue:\n  waitMinMinutes: !!js/function x\n', [['wrongFormat', '', 2]]],
    ['queue:\n  waitMinMinutes: !own 5\n', [['wrongFormat', '', 2]]],
    ['queue:\n  waitMinMinutes: 5\n---\nqueue: {}\n', [['wrongFormat', '', 3]]],
    ['queue:\n\twaitMinMinutes: 5\n', [['wrongFormat', '', 2]]],
    ['__proto__:\n  x: 1\n', [['unknownSection', '__proto__', 1]]],
    ['queue:\n  constructor: 1\n', [['unknownField', 'queue.constructor', 2]]],
  ])('%j is told with its line', (yaml, expected) => {
    expect(complaints(yaml)).toEqual(expected);
  });

  test('is told what name was meant', () => {
    const [section, field] = readSettingsYaml('newtork:\n  x: 1\nrelay:\n  hots: a\n') as {
      message: { ru: string };
    }[];
    expect(section?.message.ru).toContain('возможно, network');
    expect(field?.message.ru).toContain('возможно, host');
  });

  test.each([
    ['brackets', 'queue: ' + '['.repeat(200_000)],
    ['braces', 'queue: ' + '{a: '.repeat(100_000)],
    ['marks of lists', '- '.repeat(200_000)],
    ['indents', Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('with too many %s inside each other is refused at once', (_, yaml) => {
    expect(complaints(yaml)[0]?.[0]).toMatch(/tooDeep|wrongFormat/);
  });

  test('whatever it is, is read or told what is wrong', () => {
    const pieces = fc.constantFrom(
      'queue:',
      '\n',
      '  ',
      '- ',
      '[',
      '{',
      '}',
      ']',
      ': ',
      '&a',
      '*a',
      '!t ',
      '"',
      "'",
      '|',
      '>',
      '? ',
      '#',
      'x',
      '---\n',
      '%',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const file = readSettingsYaml(parts.join(''));
        if (Array.isArray(file)) expect(file.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
