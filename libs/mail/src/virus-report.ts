// What is said of a mail with a virus: the result of the check. A recipient here gets it instead of the mail, with the mail
// attached as message/rfc822; the original is not touched and not copied: the caller writes head, the original, tail.
// Who is elsewhere, and the sender, get the text alone: no virus leaves the server. Everybody gets it in both languages
// (ADR 31).

import type { Address } from './address.ts';
import { formatAddress } from './address.ts';
import { printableForeign } from './foreign.ts';
import { foldHeader } from './header.ts';
import type { ReportLanguage } from './report.ts';
import { checkBoundary, foreignText, inLanguages, labelled, reportHeader, textPart } from './report.ts';

export interface VirusReport {
  from: Address;
  to: Address;
  date: Date;
  /** With angle brackets. */
  messageId: string;
  /** Random, so that it does not occur in the original. */
  boundary: string;
  /** Host name of this server. */
  reportingMta: string;
  virus: string;
  scanner: string;
  /** Id of the mail here, for questions to the administrator. */
  mailId: string;
  original: {
    reversePath: Address | null;
    /** Values of its header fields, latin1. */
    from?: string | null;
    subject?: string | null;
    date?: string | null;
    messageId?: string | null;
    has8bit: boolean;
  };
  /** Its recipients, for the sender alone: they are not told of each other. */
  recipients?: readonly string[];
  /**
   * attached: for a recipient here; the original is put between head and tail. The others are the text alone: elsewhere for
   * a recipient on another server, sender for who sent it.
   */
  form: 'attached' | 'elsewhere' | 'sender';
  language: ReportLanguage;
}

export interface VirusReportFrame {
  head: Buffer;
  tail: Buffer;
}

const SUBJECTS = { ru: 'Обнаружен вирус', en: 'Virus found' };
const MAX_RECIPIENTS = 20;

export function virusReportHeaders(report: VirusReport): VirusReportFrame {
  checkBoundary(report.boundary);
  const title = report.language === 'both' ? `${SUBJECTS.ru} / ${SUBJECTS.en}` : SUBJECTS[report.language];
  const subject = report.original.subject ? foreignText(report.original.subject) : '';
  const id = report.original.messageId;
  const isAttached = report.form === 'attached';
  const encoding = isAttached && report.original.has8bit ? '8bit' : '7bit';
  const head = reportHeader({
    from: report.from,
    to: report.to,
    subject: subject ? `${title}: ${subject}` : title,
    date: report.date,
    messageId: report.messageId,
    autoSubmitted: 'auto-generated',
    inReplyTo: id && /^<[!-;=?-~]{1,900}>$/.test(id) ? id : null,
    contentType: `multipart/mixed; boundary="${report.boundary}"`,
    encoding,
  });
  const delimiter = `\r\n--${report.boundary}`;
  const text = `${head.slice(0, -2)}${delimiter}\r\n${textPart(reportText(report))}`;
  if (!isAttached) return { head: Buffer.from(`${text}${delimiter}--\r\n`), tail: Buffer.alloc(0) };
  const attachment =
    foldHeader('Content-Type', 'message/rfc822') +
    foldHeader('Content-Disposition', 'attachment; filename="infected.eml"') +
    foldHeader('Content-Transfer-Encoding', encoding);
  return {
    head: Buffer.from(`${text}${delimiter}\r\n${attachment}\r\n`),
    tail: Buffer.from(`${delimiter}--\r\n`),
  };
}

function reportText(report: VirusReport): string[] {
  const virus = printableForeign(report.virus, 200);
  const scanner = printableForeign(report.scanner, 100);
  const sender = report.original.reversePath ? `<${formatAddress(report.original.reversePath)}>` : '<>';
  const values = [report.original.from, report.original.subject, report.original.date].map((value) =>
    foreignText(value ?? ''),
  );
  const recipients = (report.recipients ?? []).slice(0, MAX_RECIPIENTS).join(', ');
  const ru = [
    `Почтовый сервер ${report.reportingMta} обнаружил вирус в письме.`,
    '',
    ...labelled(
      ['Вирус', 'Антивирус', 'Отправитель', 'Получатели', 'От', 'Тема', 'Дата', 'Номер письма'],
      [virus, scanner, sender, recipients, ...values, report.mailId],
    ),
    '',
    ...ADVICE[report.form].ru,
  ];
  const en = [
    `The mail server ${report.reportingMta} found a virus in a message.`,
    '',
    ...labelled(
      ['Virus', 'Scanner', 'Sender', 'Recipients', 'From', 'Subject', 'Date', 'Mail id'],
      [virus, scanner, sender, recipients, ...values, report.mailId],
    ),
    '',
    ...ADVICE[report.form].en,
  ];
  return inLanguages(report.language, ru, en);
}

const ADVICE = {
  attached: {
    ru: [
      'Само письмо приложено к этому сообщению. Не открывайте его вложения:',
      'они опасны. Если письмо вам нужно, обратитесь к администратору.',
    ],
    en: [
      'The message itself is attached. Do not open its attachments: they are',
      'dangerous. If you need the message, ask your administrator.',
    ],
  },
  elsewhere: {
    ru: [
      'Письмо не доставлено и не приложено: вирусы этот сервер другим не передаёт.',
      'Если письмо вам нужно, попросите отправителя прислать его без вируса.',
    ],
    en: [
      'The message was not delivered and is not attached: this server passes no',
      'virus on. If you need the message, ask its sender for one without it.',
    ],
  },
  sender: {
    ru: ['Письмо задержано и не доставлено. Проверьте свой компьютер или обратитесь к администратору.'],
    en: ['The message is held and was not delivered. Check your computer, or ask your administrator.'],
  },
};
