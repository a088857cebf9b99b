// What a recipient gets instead of a mail with a virus: the result of the check, with the mail attached as
// message/rfc822. The original is not touched and not copied: the caller writes head, the original, tail.

import type { Address } from './address.ts';
import { formatAddress } from './address.ts';
import { printableForeign } from './foreign.ts';
import { foldHeader } from './header.ts';
import type { ReportLanguage } from './report.ts';
import { checkBoundary, inLanguages, reportHeader, textPart } from './report.ts';
import { decodeWords } from './words.ts';

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
  /** False: only the text, for the sender of an infected mail; nothing may be put between head and tail. */
  isAttached: boolean;
  language: ReportLanguage;
}

export interface VirusReportFrame {
  head: Buffer;
  tail: Buffer;
}

const SUBJECTS = { ru: 'Обнаружен вирус', en: 'Virus found' };
const MAX_SUBJECT = 200;

export function virusReportHeaders(report: VirusReport): VirusReportFrame {
  checkBoundary(report.boundary);
  const title = report.language === 'both' ? `${SUBJECTS.ru} / ${SUBJECTS.en}` : SUBJECTS[report.language];
  const subject = report.original.subject ? textOf(report.original.subject) : '';
  const id = report.original.messageId;
  const encoding = report.isAttached && report.original.has8bit ? '8bit' : '7bit';
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
  if (!report.isAttached) return { head: Buffer.from(`${text}${delimiter}--\r\n`), tail: Buffer.alloc(0) };
  const attachment =
    foldHeader('Content-Type', 'message/rfc822') +
    foldHeader('Content-Disposition', 'attachment; filename="infected.eml"') +
    foldHeader('Content-Transfer-Encoding', encoding);
  return {
    head: Buffer.from(`${text}${delimiter}\r\n${attachment}\r\n`),
    tail: Buffer.from(`${delimiter}--\r\n`),
  };
}

/** A header value for the eyes of people: decoded, one line, bounded. */
function textOf(value: string): string {
  const text = decodeWords(value.slice(0, 4 * MAX_SUBJECT));
  return text.length > MAX_SUBJECT ? `${text.slice(0, MAX_SUBJECT)}…`.toWellFormed() : text;
}

function reportText(report: VirusReport): string[] {
  const virus = printableForeign(report.virus, 200);
  const scanner = printableForeign(report.scanner, 100);
  const sender = report.original.reversePath ? `<${formatAddress(report.original.reversePath)}>` : '<>';
  const values = [report.original.from, report.original.subject, report.original.date].map((value) =>
    textOf(value ?? ''),
  );
  const ru = [
    `Почтовый сервер ${report.reportingMta} обнаружил вирус в письме.`,
    '',
    ...labelled(
      ['Вирус', 'Антивирус', 'Отправитель', 'От', 'Тема', 'Дата', 'Номер письма'],
      [virus, scanner, sender, ...values, report.mailId],
    ),
    '',
    ...(report.isAttached ? ATTACHED.ru : NOT_ATTACHED.ru),
  ];
  const en = [
    `The mail server ${report.reportingMta} found a virus in a message.`,
    '',
    ...labelled(
      ['Virus', 'Scanner', 'Sender', 'From', 'Subject', 'Date', 'Mail id'],
      [virus, scanner, sender, ...values, report.mailId],
    ),
    '',
    ...(report.isAttached ? ATTACHED.en : NOT_ATTACHED.en),
  ];
  return inLanguages(report.language, ru, en);
}

function labelled(labels: readonly string[], values: readonly string[]): string[] {
  const lines: string[] = [];
  for (const [index, label] of labels.entries())
    if (values[index]) lines.push(`  ${label}: ${values[index]}`);
  return lines;
}

const ATTACHED = {
  ru: [
    'Само письмо приложено к этому сообщению. Не открывайте его вложения:',
    'они опасны. Если письмо вам нужно, обратитесь к администратору.',
  ],
  en: [
    'The message itself is attached. Do not open its attachments: they are',
    'dangerous. If you need the message, ask your administrator.',
  ],
};

const NOT_ATTACHED = {
  ru: ['Письмо не доставлено. Проверьте свой компьютер или обратитесь к администратору.'],
  en: ['The message was not delivered. Check your computer, or ask your administrator.'],
};
