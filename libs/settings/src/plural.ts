/** A number with its noun in both languages: 1 письмо, 2 письма, 5 писем; 1 mail, 2 mails. */
import { type Text, text } from './text.ts';

/** Made for the first number: they are 6 MiB and 25 ms of a process, and most processes count nothing for people. */
let made: ReturnType<typeof makeFormats> | undefined;

function makeFormats() {
  const [ru, en] = [new Intl.NumberFormat('ru'), new Intl.NumberFormat('en')];
  return { ruForms: new Intl.PluralRules('ru'), ru, en };
}

/** The noun after one, after two and after five; in English after one and after two. */
export interface Noun {
  readonly ru: readonly [one: string, few: string, many: string];
  readonly en: readonly [one: string, other: string];
}

export function counted(count: number, { ru, en }: Noun): Text {
  const formats = (made ??= makeFormats());
  const form = formats.ruForms.select(count);
  const noun = form === 'one' ? ru[0] : form === 'many' ? ru[2] : ru[1];
  return text(
    `${formats.ru.format(count)} ${noun}`,
    `${formats.en.format(count)} ${count === 1 ? en[0] : en[1]}`,
  );
}
