// The two languages of the pages. Keys are those of the Russian words; the compiler knows them, and that English has them
// all. What the server says carries both languages, and is read by `say`.
import type { Text } from '@pochtar/settings/forms';
import i18next from 'i18next';
import { Store, useStore } from '../api/store.ts';
import { formatNumber } from './format.ts';
import type { Key, Language } from './keys.ts';

export type { Key, Language } from './keys.ts';

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
  await i18next.init({
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
  words.set(wordsOf(language));
  document.documentElement.lang = language;
  // The other one is there when it is wanted.
  const other: Language = language === 'ru' ? 'en' : 'ru';
  setTimeout(() => void load(other), 3000);
}

/** Of which all words are there but those that come with a page. */
const brought = new Map<Language, Promise<void>>();

/** The words of a page that brings its own, in both languages. */
export function addWords(own: Readonly<Record<Language, Readonly<Record<string, string>>>>): void {
  i18next.addResourceBundle('ru', 'translation', own.ru);
  i18next.addResourceBundle('en', 'translation', own.en);
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
  words.set(wordsOf(language));
}

export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

export interface Words {
  language: Language;
  t: Translate;
  /** A text of the server. */
  say: (text: Text) => string;
}

/** Of the language that is chosen. */
const words = new Store<Words>(wordsOf('ru'));

export function useWords(): Words {
  return useStore(words);
}

/** The same outside of components, for what is said once. */
export function currentWords(): Words {
  return words.get();
}

function wordsOf(language: Language): Words {
  // Most words have no values; looking them up again for each of a hundred fields is felt.
  const plain = new Map<Key, string>();
  const say = (key: Key, values: Values): string => i18next.t(key, { lng: language, ...values });
  function t(key: Key, values?: Values): string {
    if (values !== undefined) return say(key, forWords(values, language));
    const known = plain.get(key) ?? say(key, {});
    // Words that come with a page may not be there yet.
    if (known !== key) plain.set(key, known);
    return known;
  }
  return { language, t, say: (text) => text[language] };
}

/** Numbers in words are written as the language does; the plural form still goes by the number. */
function forWords(values: Values, language: Language): Values {
  const { count } = values;
  return typeof count === 'number' ? { ...values, n: formatNumber(count, language) } : values;
}
