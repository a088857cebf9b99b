/** Whom the server tells of trouble, and when a disk counts as full. */
import { integer, textField, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { mailboxAddress } from './formats.ts';

export const alerts = defineSection({
  name: 'alerts',
  tab: 'more',
  label: text('Оповещения', 'Alerts'),
  help: text('Кому сообщать о неполадках.', 'Who is told of trouble.'),
  appliedBy: ['tasks', 'smtp', 'imap'],
  fields: {
    address: textField(
      mailboxAddress,
      '',
      words(
        'Адрес для оповещений',
        'Address for alerts',
        'Пусто: оповещения видны только в консоли.',
        'Empty: alerts are shown in the console only.',
      ),
    ),
    diskLowWaterMb: integer(
      { min: 10, max: 10_485_760, initial: 512, unit: text('Мб', 'MB') },
      words(
        'Наименьшее свободное место',
        'Low-water mark of the disk',
        'Когда свободно меньше, почта не принимается (452), пока место не освободится.',
        'When less is free, mail is not accepted (452) until there is room.',
      ),
    ),
  },
});
