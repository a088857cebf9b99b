// LANG (RFC 6856 §3): the language of what people read in the answers.
import type { Run } from '../command.ts';
import { LANGUAGES, languageOf, localized } from '../languages.ts';
import { err, list, ok } from '../reply.ts';

export const lang: Run = (session, argument) => {
  if (argument === '') {
    return list(
      'language listing follows',
      LANGUAGES.map(({ tag, name }) => `${tag} ${name}`),
    );
  }
  const language = languageOf(argument);
  // RFC 6856 §3.1: what was in use stays in use.
  if (language === null) return err('no such language');
  session.language = language;
  // RFC 6856 §3.1: the tag that is in use now, then a text in that language.
  return ok(`${language} ${localized('the language has been changed', language)}`);
};
