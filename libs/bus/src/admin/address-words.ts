// What is said of a text that is no mail address, by whichever process was given it.
import type { AdminError } from './problem.ts';

export function noMailAddress(written: string): AdminError['message'] {
  const shown = written.slice(0, 100);
  return {
    ru: `«${shown}» не адрес почты: укажите, например, user@example.org`,
    en: `“${shown}” is no mail address: give one such as user@example.org`,
  };
}
