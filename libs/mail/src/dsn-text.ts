// The part of a delivery status notification that people read, in Russian and English.

import type { Address } from './address.ts';
import { formatAddress } from './address.ts';
import { formatDate } from './date.ts';
import { printableForeign } from './foreign.ts';
import type { ReportLanguage } from './report.ts';
import { inLanguages } from './report.ts';

export type DsnAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

export interface DsnTextInput {
  kind: DsnAction;
  reportingMta: string;
  recipients: readonly {
    finalRecipient: Address;
    status: string;
    diagnostic?: string | null;
    remoteMta?: string | null;
    willRetryUntil?: Date | null;
  }[];
}

const SUBJECTS: Readonly<Record<DsnAction, { ru: string; en: string }>> = {
  failed: { ru: 'Сообщение не доставлено', en: 'Undelivered mail' },
  delayed: { ru: 'Доставка сообщения задерживается', en: 'Delayed mail' },
  delivered: { ru: 'Сообщение доставлено', en: 'Delivered mail' },
  relayed: { ru: 'Сообщение передано дальше', en: 'Relayed mail' },
  expanded: { ru: 'Сообщение передано участникам списка', en: 'Expanded mail' },
};

export function dsnSubject(kind: DsnAction, language: ReportLanguage): string {
  const { ru, en } = SUBJECTS[kind];
  return language === 'both' ? `${ru} / ${en}` : { ru, en }[language];
}

const INTRODUCTIONS: Readonly<Record<DsnAction, { ru: readonly string[]; en: readonly string[] }>> = {
  failed: {
    ru: ['Ваше сообщение не удалось доставить следующим получателям.', 'Новых попыток не будет.'],
    en: ['Your message could not be delivered to the recipients below.', 'It will not be tried again.'],
  },
  delayed: {
    ru: [
      'Ваше сообщение пока не доставлено следующим получателям.',
      'Делать ничего не нужно: сервер продолжит попытки сам.',
    ],
    en: [
      'Your message has not been delivered to the recipients below yet.',
      'You need not do anything: the server keeps trying.',
    ],
  },
  delivered: {
    ru: ['Ваше сообщение доставлено в почтовые ящики следующих получателей.'],
    en: ['Your message was delivered to the mailboxes of the recipients below.'],
  },
  relayed: {
    ru: [
      'Ваше сообщение передано серверу, который не подтверждает доставку.',
      'Других уведомлений об этих получателях может не быть.',
    ],
    en: [
      'Your message was passed to a server that does not confirm deliveries.',
      'There may be no further notice about these recipients.',
    ],
  },
  expanded: {
    ru: ['Ваше сообщение разослано участникам следующих списков.'],
    en: ['Your message was passed on to the members of the lists below.'],
  },
};

export function dsnText(input: DsnTextInput, language: ReportLanguage): string[] {
  const host = input.reportingMta;
  const ru = [
    `Это автоматическое сообщение почтового сервера ${host}.`,
    '',
    ...INTRODUCTIONS[input.kind].ru,
    '',
    ...recipientLines(input, { status: 'код', reply: 'ответ сервера', until: 'попытки продолжатся до' }),
  ];
  const en = [
    `This is an automatic message of the mail server ${host}.`,
    '',
    ...INTRODUCTIONS[input.kind].en,
    '',
    ...recipientLines(input, {
      status: 'status',
      reply: 'reply of the server',
      until: 'attempts go on until',
    }),
  ];
  return inLanguages(language, ru, en);
}

function recipientLines(
  input: DsnTextInput,
  words: { status: string; reply: string; until: string },
): string[] {
  const lines: string[] = [];
  for (const recipient of input.recipients) {
    lines.push(`  <${formatAddress(recipient.finalRecipient)}>`);
    lines.push(`    ${words.status}: ${recipient.status}`);
    if (recipient.diagnostic) {
      const host = recipient.remoteMta ? ` ${printableForeign(recipient.remoteMta, 255)}` : '';
      lines.push(`    ${words.reply}${host}: ${printableForeign(recipient.diagnostic, 500)}`);
    }
    if (recipient.willRetryUntil) lines.push(`    ${words.until} ${formatDate(recipient.willRetryUntil)}`);
  }
  return lines;
}
