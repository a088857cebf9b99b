import { expect, test } from 'vitest';
import { counted } from './plural.ts';

const mail = { ru: ['письмо', 'письма', 'писем'], en: ['mail', 'mails'] } as const;

test.each([
  [0, '0 писем', '0 mails'],
  [1, '1 письмо', '1 mail'],
  [2, '2 письма', '2 mails'],
  [5, '5 писем', '5 mails'],
  [11, '11 писем', '11 mails'],
  [21, '21 письмо', '21 mails'],
  [111, '111 писем', '111 mails'],
  [1234, '1\u00a0234 письма', '1,234 mails'],
])('%i has its noun in the right form', (count, ru, en) => {
  expect(counted(count, mail)).toEqual({ ru, en });
});
