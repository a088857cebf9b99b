/** Russian unless English is asked for before it. */
export function languageOf(acceptLanguage: string | undefined): 'ru' | 'en' {
  const found = /\b(ru|en)\b/i.exec(acceptLanguage ?? '')?.[1];
  return found?.toLowerCase() === 'en' ? 'en' : 'ru';
}
