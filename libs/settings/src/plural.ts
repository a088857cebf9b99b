/** A number with its noun in both languages: 1 письмо, 2 письма, 5 писем; 1 mail, 2 mails. */
import { type Text, text } from './text.ts';

const ruForms = new Intl.PluralRules('ru');
const numbers = { ru: new Intl.NumberFormat('ru'), en: new Intl.NumberFormat('en') };

/** The noun after one, after two and after five; in English after one and after two. */
export interface Noun {
  readonly ru: readonly [one: string, few: string, many: string];
  readonly en: readonly [one: string, other: string];
}

export function counted(count: number, { ru, en }: Noun): Text {
  const form = ruForms.select(count);
  const noun = form === 'one' ? ru[0] : form === 'many' ? ru[2] : ru[1];
  return text(
    `${numbers.ru.format(count)} ${noun}`,
    `${numbers.en.format(count)} ${count === 1 ? en[0] : en[1]}`,
  );
}
