// The two languages of the pages. Keys are those of the Russian words; the compiler knows them, and that English has them
// all. What the server says carries both languages, and is read by `say`.
import type { Text } from '@pochtar/settings/forms';
import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Key } from './keys.ts';

export type { Key } from './keys.ts';
export type Language = 'ru' | 'en';

const loaders: Record<Language, () => Promise<Record<string, string>>> = {
  ru: async () => (await import('./ru.ts')).ru,
  en: async () => (await import('./en.ts')).en,
};
const stored = 'pochtar.language';

export function firstLanguage(): Language {
  const kept = localStorage.getItem(stored);
  if (kept === 'ru' || kept === 'en') return kept;
  return navigator.languages.some((one) => one.startsWith('ru')) || navigator.languages.length === 0
    ? 'ru'
    : 'en';
}

export async function startLanguages(language = firstLanguage()): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: await loaders[language]() } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    returnNull: false,
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0]);
  brought.set(language, Promise.resolve());
  document.documentElement.lang = language;
  // The other one is there when it is wanted.
  const other: Language = language === 'ru' ? 'en' : 'ru';
  setTimeout(() => void load(other), 3000);
}

/** Of which all words are there but those that come with a page. */
const brought = new Map<Language, Promise<void>>();

/** The words of a page that brings its own, in both languages. */
export function addWords(words: Readonly<Record<Language, Readonly<Record<string, string>>>>): void {
  i18next.addResourceBundle('ru', 'translation', words.ru);
  i18next.addResourceBundle('en', 'translation', words.en);
}

function load(language: Language): Promise<void> {
  const coming = brought.get(language) ?? bring(language);
  brought.set(language, coming);
  // What did not come is asked for again.
  coming.catch(() => brought.delete(language));
  return coming;
}

async function bring(language: Language): Promise<void> {
  i18next.addResourceBundle(language, 'translation', await loaders[language]());
}

export async function setLanguage(language: Language): Promise<void> {
  await load(language);
  localStorage.setItem(stored, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

export interface Words {
  language: Language;
  t: Translate;
  /** A text of the server. */
  say: (text: Text) => string;
}

export function useWords(): Words {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'en' ? 'en' : 'ru';
  return {
    language,
    t: (key, values) => t(key as never, forWords(values, language) as never) as unknown as string,
    say: (text) => text[language],
  };
}

/** Numbers in words are written as the language does; the plural form still goes by the number. */
function forWords(values: Values | undefined, language: Language): Values {
  if (values === undefined) return {};
  const { count } = values;
  return typeof count === 'number' ? { ...values, n: new Intl.NumberFormat(language).format(count) } : values;
}
