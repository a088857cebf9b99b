/** Switches that belong to no other block of the page. */
import { bool, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';

export const misc = defineSection({
  name: 'misc',
  tab: 'settings',
  label: text('Разное', 'Miscellaneous'),
  help: text(
    'DLP, кодировка темы и поддержка адресов в UTF-8.',
    'DLP, the charset of subjects, and addresses in UTF-8.',
  ),
  appliedBy: ['smtp', 'filter-dlp', 'filter-dkim', 'delivery'],
  fields: {
    useDlp: bool(
      false,
      words(
        'Использовать DLP',
        'Use DLP',
        'Письма проверяет модуль DLP. Действует, когда модуль работает и у него есть правила или защищаемые документы.',
        'Mail passes the DLP module. It has an effect when the module runs and has rules or protected documents.',
      ),
    ),
    recodeSubjectUtf8: bool(
      true,
      words(
        'Перекодировать тему в UTF-8',
        'Recode the subject to UTF-8',
        'Отправляемые с сервера письма уходят с темой в UTF-8, какую бы кодировку ни выбрал клиент.',
        'Mail sent from this server leaves with its subject in UTF-8, whatever charset the client used.',
      ),
    ),
    smtpUtf8: bool(
      true,
      words(
        'Поддержка SMTPUTF8',
        'SMTPUTF8',
        'Адреса с национальными буквами при приёме и отправке. Выключено: такие адреса отвергаются (553).',
        'Addresses with national letters when receiving and sending. Off: such addresses are refused (553).',
      ),
    ),
  },
});
