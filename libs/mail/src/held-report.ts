// What a recipient is told of a mail that is too large for the virus scanners and waits for a person: at once, since nobody
// else would tell him. In both languages, as every report (ADR 31).
import { type Address, formatAddress } from './address.ts';
import {
  foreignText,
  inLanguages,
  labelled,
  type ReportFrame,
  type ReportLanguage,
  textReport,
} from './report.ts';

export interface HeldReport extends ReportFrame {
  /** Host name of this server. */
  reportingMta: string;
  /** Id of the mail here, for questions to the administrator. */
  mailId: string;
  bytes: number;
  original: {
    reversePath: Address | null;
    /** Values of its header fields, latin1. */
    from?: string | null;
    subject?: string | null;
    date?: string | null;
  };
  language: ReportLanguage;
}

const SUBJECTS = { ru: 'Письмо задержано', en: 'Message held' };
const MB = 1024 * 1024;

/** The whole mail. */
export function heldReport(report: HeldReport): Buffer {
  const { original, language } = report;
  const title = language === 'both' ? `${SUBJECTS.ru} / ${SUBJECTS.en}` : SUBJECTS[language];
  const subject = original.subject ? `${title}: ${foreignText(original.subject)}` : title;
  return textReport(report, subject, reportText(report));
}

function reportText({ reportingMta, mailId, bytes, original, language }: HeldReport): string[] {
  const sender = original.reversePath ? `<${formatAddress(original.reversePath)}>` : '<>';
  const told = [original.from, original.subject, original.date].map((value) => foreignText(value ?? ''));
  const size = (bytes / MB).toFixed(1);
  const ru = [
    `Почтовый сервер ${reportingMta} задержал письмо для вас: оно слишком велико для проверки на вирусы.`,
    '',
    ...labelled(
      ['Отправитель', 'От', 'Тема', 'Дата', 'Размер', 'Номер письма'],
      [sender, ...told, `${size} МБ`, mailId],
    ),
    '',
    'Письмо ждёт решения администратора. Если оно вам нужно, обратитесь к нему.',
  ];
  const en = [
    `The mail server ${reportingMta} holds a message for you: it is too large to be scanned for viruses.`,
    '',
    ...labelled(
      ['Sender', 'From', 'Subject', 'Date', 'Size', 'Mail id'],
      [sender, ...told, `${size} MB`, mailId],
    ),
    '',
    'The message waits for your administrator. Ask for it if you need it.',
  ];
  return inLanguages(language, ru, en);
}
