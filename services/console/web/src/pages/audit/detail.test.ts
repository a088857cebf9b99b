import { allAdminQuestions } from '@pochtar/bus';
import { expect, test } from 'vitest';
import type { Words } from '../../i18n/index.ts';
import { audit } from '../../i18n/ru/audit.ts';
import { detailWords, objectWords } from './detail.ts';

const t: Words['t'] = (key) => (audit as Record<string, string>)[key] ?? key;
const words = { t, language: 'ru', say: ({ ru }) => ru } satisfies Words;

test('every field that an action keeps has a name in words', () => {
  const kept = new Set(allAdminQuestions.flatMap(({ access }) => access.audit?.keeps ?? []));
  expect(kept.size).toBeGreaterThan(15);
  expect([...kept].filter((name) => !Object.hasOwn(audit, `audit.field.${name}`))).toEqual([]);
});

test('values are read as people read them, and what is empty is left out', () => {
  const details = {
    displayName: 'Анна',
    quotaBytes: 1024 ** 3,
    isEnabled: false,
    comment: '',
    role: 'auditor',
  };
  expect(detailWords(details, words)).toBe('Имя: Анна; Квота: 1\u00a0Гб; Вход открыт: нет; Роль: Аудитор');
  expect(detailWords({ add: ['a@b.test', 'c@d.test'], ofLater: [1] }, words)).toBe(
    'Добавлены: a@b.test, c@d.test; ofLater: 1',
  );
});

test('sections and lists are called by their names', () => {
  const label = (name: string) => ({ relay: 'Внешний SMTP', queue: 'Очередь' })[name] ?? name;
  expect(objectWords('settings.set', 'relay, queue', t, label)).toBe('Внешний SMTP, Очередь');
  expect(objectWords('lists.add', 'black 198.51.100.0/24', t, label)).toBe('198.51.100.0/24 (lists.black)');
  expect(objectWords('lists.addNetwork', 'network Office', t, label)).toBe('Office');
  expect(objectWords('account.create', 'white house', t, label)).toBe('white house');
});
