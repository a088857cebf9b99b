import { createInstance } from 'i18next';
import { describe, expect, test } from 'vitest';
import { audit as enAudit } from './en/audit.ts';
import { bookClients as enBook } from './en/book-clients.ts';
import { contacts as enContacts } from './en/contacts.ts';
import { dlp as enDlp } from './en/dlp.ts';
import { external as enExternal } from './en/external.ts';
import { guard as enGuard } from './en/guard.ts';
import { hooks as enHooks } from './en/hooks.ts';
import { quarantine as enQuarantine } from './en/quarantine.ts';
import { routes as enRoutes } from './en/routes.ts';
import { queueMoves as enMoves } from './en/queue-moves.ts';
import { tasks as enTasks } from './en/tasks.ts';
import { tryMail as enTry } from './en/try.ts';
import { en as enFirst } from './en.ts';
import { audit as ruAudit } from './ru/audit.ts';
import { bookClients as ruBook } from './ru/book-clients.ts';
import { contacts as ruContacts } from './ru/contacts.ts';
import { dlp as ruDlp } from './ru/dlp.ts';
import { external as ruExternal } from './ru/external.ts';
import { guard as ruGuard } from './ru/guard.ts';
import { quarantine as ruQuarantine } from './ru/quarantine.ts';
import { routes as ruRoutes } from './ru/routes.ts';
import { hooks as ruHooks } from './ru/hooks.ts';
import { queueMoves as ruMoves } from './ru/queue-moves.ts';
import { tasks as ruTasks } from './ru/tasks.ts';
import { tryMail as ruTry } from './ru/try.ts';
import { ru as ruFirst } from './ru.ts';

const ru = {
  ...ruFirst,
  ...ruAudit,
  ...ruBook,
  ...ruContacts,
  ...ruDlp,
  ...ruExternal,
  ...ruGuard,
  ...ruHooks,
  ...ruMoves,
  ...ruQuarantine,
  ...ruRoutes,
  ...ruTasks,
  ...ruTry,
};
const en = {
  ...enFirst,
  ...enAudit,
  ...enBook,
  ...enContacts,
  ...enDlp,
  ...enExternal,
  ...enGuard,
  ...enHooks,
  ...enMoves,
  ...enQuarantine,
  ...enRoutes,
  ...enTasks,
  ...enTry,
};

const stem = (key: string): string => key.replace(/_(one|few|many|other)$/, '');
const plurals = [
  ...new Set(
    Object.keys(ru)
      .filter((key) => key !== stem(key))
      .map(stem),
  ),
];
const counts = [0, 1, 2, 5, 11, 21, 22, 25, 111, 1.5];

async function speaker(language: 'ru' | 'en') {
  const i18n = createInstance();
  await i18n.init({
    lng: language,
    resources: { ru: { translation: ru }, en: { translation: en } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });
  return (key: string, values: Record<string, unknown>) => i18n.t(key, values);
}

describe.each(['ru', 'en'] as const)('in %s', (language) => {
  test.each(plurals)('%s has a form for every number', async (key) => {
    const say = await speaker(language);
    for (const count of counts) {
      const words = say(key, { count, n: String(count), until: 'x', author: 'x', day: 'x' });
      expect(words).not.toContain(key);
      expect(words).not.toMatch(/\{\{|\}\}/);
    }
  });

  test('no word is empty, and none is a key', () => {
    for (const [key, words] of Object.entries(language === 'ru' ? ru : en)) {
      expect(words.trim(), key).not.toBe('');
      expect(words).not.toBe(key);
    }
  });
});

test('the two languages have the same keys and the same values to fill in', () => {
  expect(new Set(Object.keys(en).map(stem))).toEqual(new Set(Object.keys(ru).map(stem)));
  const holes = (words: string) => new Set(words.match(/\{\{\w+\}\}/g));
  for (const [key, words] of Object.entries(en)) {
    expect(holes(words), key).toEqual(holes(ru[key as keyof typeof ru]));
  }
});

test('English has no Cyrillic letters', () => {
  for (const [key, words] of Object.entries(en)) expect(words, key).not.toMatch(/\p{Script=Cyrillic}/u);
});

test('Russian plurals tell one letter, two, five, and one and a half', async () => {
  const say = await speaker('ru');
  expect([1, 2, 5, 1.5].map((count) => say('queue.total', { count, n: count }))).toEqual([
    'В очереди 1 письмо',
    'В очереди 2 письма',
    'В очереди 5 писем',
    'В очереди 1.5 письма',
  ]);
});
