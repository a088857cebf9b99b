// What the owner of a mailbox is told once a day of mail that a filter holds for it: from whom, about what, why, and until when
// it is kept. In both languages (ADR 31), as text alone; what strangers wrote in it leads nowhere.
import { formatAddress } from './address.ts';
import { foreignText, inLanguages, type ReportFrame, type ReportLanguage, textReport } from './report.ts';
import { printableForeign } from './foreign.ts';

export interface QuarantineDigest extends ReportFrame {
  /** Of all mails; the newest of them are named. */
  count: number;
  mails: readonly DigestedMail[];
  language: ReportLanguage;
}

export interface DigestedMail {
  id: string;
  heldAt: Date;
  /** '' is the null reverse path. */
  reversePath: string;
  /** Of its header, latin1. */
  subject: string | null;
  filter: string;
  /** Null: it is kept until somebody decides. */
  expiresAt: Date | null;
}

const SUBJECTS = { ru: 'Задержанные письма', en: 'Mail that is held' };

const WORDS = {
  ru: {
    filters: { antivirus: 'антивирус', dkim: 'проверка отправителя' },
    noSender: '(без отправителя)',
    noSubject: '(без темы)',
    until: 'хранится до',
    number: 'номер',
  },
  en: {
    filters: { antivirus: 'antivirus', dkim: 'sender check' },
    noSender: '(no sender)',
    noSubject: '(no subject)',
    until: 'kept until',
    number: 'number',
  },
} as const;

export function buildQuarantineDigest({ count, mails, language, ...head }: QuarantineDigest): Buffer {
  const subject = language === 'both' ? `${SUBJECTS.ru} / ${SUBJECTS.en}` : SUBJECTS[language];
  const to = formatAddress(head.to);
  const more = count - mails.length;
  const lines = inLanguages(
    language,
    [
      `Для ${to} задержано писем: ${count}. Они не доставлены.`,
      ...mails.flatMap((mail) => mailLines(mail, 'ru')),
      ...(more > 0 ? ['', `И ещё ${more}.`] : []),
      '',
      'Если вам нужно письмо отсюда, попросите администратора отпустить его и назовите номер.',
    ],
    [
      `Mails held for ${to}: ${count}. They were not delivered.`,
      ...mails.flatMap((mail) => mailLines(mail, 'en')),
      ...(more > 0 ? ['', `And ${more} more.`] : []),
      '',
      'If you need one of them, ask the administrator to release it, and tell its number.',
    ],
  );
  return textReport(head, subject, lines);
}

function mailLines(mail: DigestedMail, language: 'ru' | 'en'): string[] {
  const { id, heldAt, reversePath, subject, filter, expiresAt } = mail;
  const words = WORDS[language];
  const why = (words.filters as Readonly<Record<string, string>>)[filter] ?? filter;
  const until = expiresAt === null ? '' : `, ${words.until} ${minute(expiresAt)}`;
  const about = subject === null ? '' : inert(foreignText(subject));
  return [
    '',
    `  ${about === '' ? words.noSubject : about}`,
    `  ${reversePath === '' ? words.noSender : inert(printableForeign(reversePath, 320))}`,
    `  ${minute(heldAt)}, ${why}${until}`,
    `  ${words.number} ${id}`,
  ];
}

/** Mail programs make links of what looks like one. */
function inert(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll('://', ': //')
    .replaceAll(/www\./giu, 'www .');
}

function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
