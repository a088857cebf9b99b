// A mail of the server itself, sent so that an administrator can follow its way.
import type { Address } from './address.ts';
import { base64Lines, inLanguages, type ReportLanguage, reportHeader } from './report.ts';

export interface TestMail {
  from: Address;
  to: Address;
  date: Date;
  /** With angle brackets. */
  messageId: string;
  /** Host name of this server. */
  server: string;
  language: ReportLanguage;
}

const SUBJECTS = { ru: 'Пробное письмо', en: 'Test message' };

export function buildTestMail({ server, language, ...head }: TestMail): Buffer {
  const subject = language === 'both' ? `${SUBJECTS.ru} / ${SUBJECTS.en}` : SUBJECTS[language];
  const lines = inLanguages(
    language,
    [
      `Это пробное письмо сервера ${server}.`,
      'Если вы его читаете, сервер отправляет почту и она доходит до вас.',
      'Ответьте на него, чтобы проверить обратный путь.',
    ],
    [
      `This is a test message from the server ${server}.`,
      'If you can read it, the server sends mail, and it reaches you.',
      'Answer it to try the way back.',
    ],
  );
  const contentType = 'text/plain; charset=utf-8';
  const top = reportHeader({
    ...head,
    subject,
    autoSubmitted: 'auto-generated',
    contentType,
    encoding: 'base64',
  });
  return Buffer.from(top + base64Lines(Buffer.from(`${lines.join('\r\n')}\r\n`)));
}
