import { describe, expect, test } from 'vitest';
import type { SectionName, Settings } from '../catalogue.ts';
import { describeSection } from '../describe.ts';
import { defaultDocument } from '../validate.ts';
import { diffDocuments, type SecretInput } from './diff.ts';

function diff<N extends SectionName>(name: N, change: Partial<Settings[N]>, secrets?: SecretInput) {
  const before = defaultDocument(name);
  return diffDocuments(before, { ...before, ...change }, describeSection(name), secrets);
}

const entry = (folder: string, days = 30) => ({ folder, days });

test('documents that say the same differ in nothing', () => {
  expect(diff('queue', {})).toEqual([]);
  const [a, b] = [{ folders: [{ folder: 'x', days: 1 }] }, { folders: [{ days: 1, folder: 'x' }] }];
  expect(diffDocuments(a, b, describeSection('retention'))).toEqual([]);
});

describe('a value', () => {
  test.each([
    ['relay', { port: 465 }, 'Порт внешнего SMTP', '25', '465'],
    ['relay', { smtps: true }, 'Использовать SMTPS', 'нет', 'да'],
    ['relay', { host: 'smtp.test' }, 'Релей по умолчанию', '(прямо серверам получателей)', 'smtp.test'],
    ['smtpEncryption', { mode: 'required' }, 'Режим шифрования', 'Необязательное', 'С шифрованием'],
    ['smtpEncryption', { dhBits: 4096 }, 'Длина ключа DH (Diffie-Hellman)', '2048 бит', '4096 бит'],
    ['smtpEncryption', { certificateId: 'a1' }, 'Сертификат', 'Созданный автоматически', 'a1'],
    ['queue', { waitMaxMinutes: 400 }, 'Время ожидания в очереди, до', '300 мин.', '400 мин.'],
    ['limits', { mailsPerAccountHour: 50 }, 'Писем одного ящика в час', 'без предела', '50 писем/час'],
  ] as const)('%s %j is told by the label: %s, %s → %s', (name, change, label, before, after) => {
    const changes = diff(name, change);
    expect(changes).toMatchObject([
      { kind: 'value', section: name, label: { ru: label }, before: { ru: before }, after: { ru: after } },
    ]);
  });

  test('reads in English too, and one that the description has no words for as it is', () => {
    const section = describeSection('smtpEncryption');
    expect(diffDocuments({ mode: 'none' }, { mode: 'whatever' }, section)).toMatchObject([
      { label: { en: 'Encryption' }, before: { en: 'None' }, after: { en: 'whatever' } },
    ]);
  });
});

describe('a list', () => {
  test('is told by what came and what went, whatever the order', () => {
    const [change] = diffDocuments(
      { zones: ['a.test', 'b.test'] },
      { zones: ['c.test', 'b.test'] },
      describeSection('dnsbl'),
    );
    expect(change).toMatchObject({
      kind: 'list',
      added: [{ ru: 'c.test' }],
      removed: [{ ru: 'a.test' }],
      altered: [],
      isReordered: false,
    });
  });

  test('of records knows an entry by its key, letters of any case', () => {
    const section = describeSection('retention');
    const before = { folders: [entry('Old'), entry('Trash', 7), entry('Gone')] };
    const after = { folders: [entry('Trash', 9), entry('old'), entry('New')] };
    expect(diffDocuments(before, after, section)).toMatchObject([
      {
        added: [{ en: 'New (30 days)' }],
        removed: [{ en: 'Gone (30 days)' }],
        altered: [
          { before: { en: 'Old (30 days)' }, after: { en: 'old (30 days)' } },
          { before: { en: 'Trash (7 days)' }, after: { en: 'Trash (9 days)' } },
        ],
        isReordered: true,
      },
    ]);
  });

  test('reads the choices of its records by their labels', () => {
    const folders = [{ name: 'Later', specialUse: 'none' as const }];
    expect(diff('general', { autoCreateFolders: folders })).toMatchObject([
      { added: [{ ru: 'Later (Обычная папка)' }], removed: { length: 5 } },
    ]);
  });
});

describe('a secret', () => {
  test.each([
    ['x', false, 'set', 'будет задан'],
    ['x', true, 'replaced', 'будет изменён'],
    [null, true, 'removed', 'будет удалён'],
  ] as const)(
    '%j where one is set: %j is told as %s, and never by its value',
    (given, isSet, change, words) => {
      const changes = diff('relay', {}, { given: { password: given }, present: { password: isSet } });
      expect(changes).toEqual([
        expect.objectContaining({
          kind: 'secret',
          field: 'password',
          change,
          words: expect.objectContaining({ ru: words }),
        }),
      ]);
    },
  );

  test('that is not given, or removed where there is none, is no change', () => {
    expect(diff('relay', {}, { given: {}, present: { password: true } })).toEqual([]);
    expect(diff('relay', {}, { given: { password: null }, present: {} })).toEqual([]);
  });
});
