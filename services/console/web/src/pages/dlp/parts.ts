// What the parts of the page share: rules, conditions and finds in words.
import type { Answer } from '../../api/client.ts';
import type { Translate } from '../../i18n/index.ts';
import { dlp as words } from '../../i18n/ru/dlp.ts';

export type Rule = Answer<'GET /dlp/rules'>['rules'][number];
export type Definition = Rule['definition'];
export type Condition = Definition['conditions'][number];
export type Document = Answer<'GET /dlp/documents'>['documents'][number];
export type Incident = Answer<'GET /dlp/incidents'>['incidents'][number];

/** Stands in the address for one that is not there yet. */
export const fresh = '+';

/** In one line. */
export function conditionWords(condition: Condition, t: Translate): string {
  switch (condition.kind) {
    case 'words':
      return t('dlp.is.words', { words: condition.terms.slice(0, 5).join(', ') });
    case 'expression':
      return t('dlp.is.expression', { expression: condition.expression });
    case 'detector':
      return t(`dlp.detector.${condition.detector}`);
    case 'type':
      return t('dlp.is.type', { types: condition.types.join(', ') });
    case 'size':
      return t('dlp.is.size', { size: condition.overMb });
    case 'documents':
      return condition.documents.length === 0
        ? t('dlp.is.anyDocument')
        : t('dlp.is.documents', { names: condition.documents.join(', ') });
  }
}

type Own<Start extends string> = Extract<keyof typeof words, `${Start}${string}`>;

/** The word for what the server names; a newer one may have others. */
function keyOf<Start extends string>(start: Start, name: string): Own<Start> | null {
  const key = `${start}${name}`;
  return Object.hasOwn(words, key) ? (key as Own<Start>) : null;
}

/** What a find is of. */
export function foundWords(what: string, t: Translate): string {
  const key = keyOf('dlp.found.', what) ?? keyOf('dlp.detector.', what);
  return key === null ? what : t(key);
}

export function actionWords(action: string, t: Translate): string {
  const key = keyOf('dlp.done.', action);
  return key === null ? action : t(key);
}

/** `contract.zip: encrypted`, of what nobody could look at. */
export function unreadWords(excerpt: string, t: Translate): string {
  const [, name = excerpt, why = ''] = /^(.*): (\w+)$/s.exec(excerpt) ?? [];
  const key = keyOf('dlp.unread.', why);
  return key === null ? excerpt : `${name === 'a part' ? t('dlp.part') : name}: ${t(key)}`;
}
