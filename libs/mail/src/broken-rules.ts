// What the owner of a mailbox is told of mail rules that have broken off: once a day, since each mail would say the same.
import {
  foreignText,
  inLanguages,
  labelled,
  type ReportFrame,
  type ReportLanguage,
  textReport,
} from './report.ts';

export interface BrokenRules extends ReportFrame {
  script: string;
  line: number;
  column: number;
  fault: string;
  language: ReportLanguage;
}

const SUBJECTS = { ru: 'Ошибка в правилах почты', en: 'Your mail rules have an error' };

/** The whole mail. */
export function brokenRules(report: BrokenRules): Buffer {
  const { language, script, line, column } = report;
  const subject = language === 'both' ? `${SUBJECTS.ru} / ${SUBJECTS.en}` : SUBJECTS[language];
  const values = [foreignText(script), `${line}:${column}`, foreignText(report.fault)];
  const ru = [
    'Правила почты вашего ящика не удалось выполнить. Письма кладутся во «Входящие».',
    '',
    ...labelled(['Правила', 'Строка и столбец', 'Ошибка'], values),
    '',
    'Исправьте правила или выключите их. Об этой ошибке сообщается не чаще раза в сутки.',
  ];
  const en = [
    'The mail rules of your mailbox could not be carried out. Mail goes into the inbox.',
    '',
    ...labelled(['Rules', 'Line and column', 'Error'], values),
    '',
    'Correct the rules, or switch them off. You are told of this once a day at most.',
  ];
  return textReport(report, subject, inLanguages(language, ru, en));
}
