/** Whom the server tells of trouble, and when a disk counts as full. */
import { integer, presented, textField, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { megabytes } from '../units.ts';
import { mailboxAddress } from './formats.ts';

export const alerts = defineSection({
  name: 'alerts',
  tab: 'more',
  label: text('Оповещения', 'Alerts'),
  help: text('Кому сообщать о неполадках.', 'Who is told of trouble.'),
  appliedBy: ['tasks', 'smtp', 'imap'],
  fields: {
    address: presented(
      { widget: 'mailAddress', empty: text('(нет)', '(none)') },
      textField(
        mailboxAddress,
        '',
        words(
          'Адрес для оповещений',
          'Address for alerts',
          'Сюда приходит почта для postmaster, если её больше никто не получает. Оповещения по почте в этой версии недоступны.',
          'Mail for postmaster comes here where nobody else takes it. Alerts by mail are not available in this version.',
        ),
      ),
    ),
    diskLowWaterMb: integer(
      { min: 10, max: 10_485_760, initial: 512, unit: megabytes },
      words(
        'Наименьшее свободное место',
        'Low-water mark of the disk',
        'Когда свободно меньше, почта не принимается (452), пока место не освободится.',
        'When less is free, mail is not accepted (452) until there is room.',
      ),
    ),
  },
  cautions: ({ address }) =>
    address === ''
      ? []
      : [
          {
            field: 'address',
            code: 'partlyAvailable',
            message: text(
              'оповещения по почте в этой версии недоступны: сюда приходит только почта для postmaster',
              'alerts by mail are not available in this version: only mail for postmaster comes here',
            ),
          },
        ],
});
