// The language of what the launcher prints: that of the locale, Russian or English.

type Language = 'ru' | 'en';

/** POCHTAR_LANG, else the locale as setlocale(3) finds it. */
function language(environment: NodeJS.ProcessEnv = process.env): Language {
  const { POCHTAR_LANG, LC_ALL, LC_MESSAGES, LANG } = environment;
  return (POCHTAR_LANG || LC_ALL || LC_MESSAGES || LANG || '').toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

/** Picks the text of the language. */
export function say(ru: string, en: string): string {
  return language() === 'ru' ? ru : en;
}
