// What cannot be undone is done only when it was said twice.
import { type Input, UsageError } from './input.ts';
import { text } from './language.ts';
import type { Option } from './syntax.ts';

export const yesOption: Record<string, Option> = {
  yes: { help: text('подтвердить: отменить это нельзя', 'confirm: this cannot be undone') },
};

export function confirm(input: Input, ru: string, en: string): void {
  if (input.flag('yes')) return;
  throw new UsageError(text(`${ru}; чтобы подтвердить, добавьте --yes`, `${en}; to confirm, add --yes`));
}
