/** Defaults of the DLP module: what it does with a find, and with what it cannot read. */
import { bool, choice, integer, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { megabytes, percent } from '../units.ts';

export const dlp = defineSection({
  name: 'dlp',
  tab: 'more',
  label: text('DLP', 'DLP'),
  help: text(
    'Поиск конфиденциальных сведений и защищаемых документов в письмах. Проверку почты включает поле «Использовать DLP» раздела «Разное».',
    'Looks for confidential data and protected documents in mail. “Use DLP” of the section “Miscellaneous” switches the check of mail on.',
  ),
  appliedBy: ['filter-dlp', 'smtp'],
  fields: {
    enabled: bool(
      true,
      words(
        'Модуль DLP включён',
        'DLP module on',
        'Выключено: модуль ничего не проверяет.',
        'Off: the module checks nothing.',
      ),
    ),
    defaultAction: choice(
      {
        log: text('Записать', 'Log'),
        tag: text('Пометить', 'Tag'),
        quarantine: text('В карантин', 'Quarantine'),
        reject: text('Вернуть отправителю', 'Return to the sender'),
      },
      'quarantine',
      words(
        'Действие по умолчанию',
        'Default action',
        'Для правил, у которых своего действия нет.',
        'For rules that have no action of their own.',
      ),
    ),
    maxFileSizeMb: integer(
      { min: 1, max: 1024, initial: 25, unit: megabytes },
      words(
        'Наибольший размер файла',
        'Largest file',
        'Больший файл считается непроверенным.',
        'A larger file counts as not looked at.',
      ),
    ),
    onUnscannable: choice(
      {
        hold: text('Задержать', 'Hold'),
        deliverTagged: text('Доставить с пометкой', 'Deliver with a tag'),
        bounce: text('Вернуть отправителю', 'Return to the sender'),
      },
      'hold',
      words(
        'Если файл нельзя прочитать',
        'When a file cannot be read',
        'Слишком большой, зашифрованный или повреждённый.',
        'Too large, encrypted or damaged.',
      ),
    ),
    thresholdPercent: integer(
      { min: 1, max: 100, initial: 30, unit: percent },
      words(
        'Порог сходства',
        'Likeness threshold',
        'Какая доля защищаемого документа должна найтись в письме.',
        'How much of a protected document has to be found in a mail.',
      ),
    ),
  },
});
