// Contact fields as people write them -> as they are kept, or a complaint that names the field and what to do.
import { refused } from '@pochtar/bus';
import {
  type Contact,
  type ContactField,
  contactLimit,
  contactProblem,
  isOneLine,
  tidyContactValue,
} from '@pochtar/mail/contact';
import type { Refusal } from './context.ts';

/** `field` is where they stand in the request. */
export function readContact(field: string, written: Contact): { ok: true; contact: Contact } | Refusal {
  const contact: Contact = {};
  for (const [name, text] of Object.entries(written) as [ContactField, string | undefined][]) {
    if (text === undefined) continue;
    const value = tidyContactValue(text);
    const problem = contactProblem(name, value);
    if (problem !== null) return wrong(`${field}.${name}`, name, problem);
    contact[name] = value;
  }
  return { ok: true, contact };
}

/** The name that is shown, as one line. */
export function readDisplayName(field: string, written: string): { ok: true; displayName: string } | Refusal {
  const displayName = tidyContactValue(written);
  return isOneLine(displayName) ? { ok: true, displayName } : notOneLine(field);
}

function wrong(
  field: string,
  name: ContactField,
  problem: NonNullable<ReturnType<typeof contactProblem>>,
): Refusal {
  switch (problem) {
    case 'tooLong': {
      const most = contactLimit(name);
      return refused(
        problem,
        field,
        `${field}: не больше ${most} символов: сократите`,
        `${field}: at most ${most} characters: shorten it`,
      );
    }
    case 'notOneLine':
      return notOneLine(field);
    case 'noPhone':
      return refused(
        problem,
        field,
        `${field}: в номере телефона должны быть цифры: например, +7 495 123-45-67, доб. 12`,
        `${field}: a telephone number has digits: give one such as +44 20 7946 0000 ext. 12`,
      );
  }
}

function notOneLine(field: string): Refusal {
  return refused(
    'notOneLine',
    field,
    `${field}: здесь одна строка: уберите переводы строк и управляющие символы`,
    `${field}: this is one line: remove line ends and control characters`,
  );
}
