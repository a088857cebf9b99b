// The languages of the answers (RFC 6856 §3). The code says everything in English; here is what it is called in others.

export type Language = 'i-default' | 'en' | 'ru';

/** RFC 6856 §3.1: each with its own name for itself. */
export const LANGUAGES: readonly { tag: Language; name: string }[] = [
  { tag: 'i-default', name: 'English' },
  { tag: 'en', name: 'English' },
  { tag: 'ru', name: 'Русский' },
];

/** Of a language range (RFC 4647 §2.1): `ru-RU` is ru, `*` whatever the server likes; null: none of ours. */
export function languageOf(range: string): Language | null {
  // RFC 6856 §3.1
  if (range === '*') return 'i-default';
  const lower = range.toLowerCase();
  const found = LANGUAGES.find(({ tag }) => lower === tag || lower.startsWith(`${tag}-`));
  return found?.tag ?? null;
}

const RUSSIAN: ReadonlyMap<string, string> = new Map([
  ['ready', 'готов'],
  ['the command is too long', 'слишком длинная команда'],
  ['unknown command', 'неизвестная команда'],
  ['log in first', 'сначала нужно войти'],
  ['not now, try again later', 'сейчас не получается, попробуйте позже'],
  ['the message cannot be read', 'письмо не удаётся прочитать'],
  ['the server made a mistake', 'ошибка на сервере'],
  ['give the number of a message', 'укажите номер письма'],
  ['give the number of a message and a number of lines', 'укажите номер письма и число строк'],
  ['the header is in UTF-8, use UTF8 before the log-in', 'заголовок в UTF-8, нужна команда UTF8 до входа'],
  ['TLS is active already', 'TLS уже включён'],
  ['TLS is not available', 'TLS недоступен'],
  ['begin the TLS handshake', 'начинайте TLS'],
  ['capability list follows', 'список возможностей'],
  ['language listing follows', 'список языков'],
  ['unique-id listing follows', 'список идентификаторов'],
  ['top of message follows', 'начало письма'],
  ['no such language', 'нет такого языка'],
  ['the language has been changed', 'язык изменён'],
  ['UTF-8 it is', 'включён UTF-8'],
  ['AUTH has a mechanism and an initial response, nothing more', 'у AUTH только механизм и начальный ответ'],
  ['bye', 'до свидания'],
  ['the maildrop was taken over: nothing was deleted', 'ящик занял другой сеанс: ничего не удалено'],
  ['some deleted messages were not removed', 'не все удалённые письма убраны'],
  ['give a name', 'укажите имя'],
  ['name accepted, give the password', 'имя принято, укажите пароль'],
  ['give USER first', 'сначала нужна команда USER'],
  ['wrong name or password', 'неверное имя или пароль'],
  [
    'too many failed log-ins from your address, try again later',
    'слишком много неудачных попыток входа с вашего адреса, попробуйте позже',
  ],
  [
    'use STLS first: passwords are taken inside TLS only',
    'сначала STLS: пароли принимаются только внутри TLS',
  ],
  ['another session has this maildrop', 'ящик занят другим сеансом'],
]);

/** Texts with words of their own in them. */
const RUSSIAN_WITH: readonly [RegExp, string][] = [
  [/^([A-Z0-9]+) has no argument$/, 'у $1 нет аргументов'],
  [/^([A-Z0-9]+) is for the time before log-in$/, '$1 — только до входа'],
  [/^message (\d+) is deleted$/, 'письмо $1 удалено'],
  [/^message (\d+) is gone$/, 'письма $1 больше нет'],
  [/^message (\d+) deleted$/, 'письмо $1 удалено'],
  [/^no such message, only (\d+) messages in maildrop$/, 'нет такого письма, всего писем в ящике: $1'],
  [/^(\d+) octets$/, '$1 октетов'],
  [/^(\d+) messages \((\d+) octets\)$/, 'писем: $1 (октетов: $2)'],
  [/^maildrop has (\d+) messages \((\d+) octets\)$/, 'писем в ящике: $1 (октетов: $2)'],
  [/^bye, maildrop has (\d+) messages$/, 'до свидания, писем в ящике: $1'],
  [/^listing follows$/, 'список'],
];

/** The text as that language says it. What programs read (numbers, ids) is the same in all. */
export function localized(text: string, language: Language): string {
  if (language !== 'ru') return text;
  const known = RUSSIAN.get(text);
  if (known !== undefined) return known;
  for (const [pattern, russian] of RUSSIAN_WITH) {
    if (pattern.test(text)) return text.replace(pattern, russian);
  }
  return text;
}
