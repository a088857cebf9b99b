/** Delivery status notifications (RFC 3464): when the sender hears of a delay. */
import { bool, integer, presented, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { hours } from '../units.ts';

export const dsn = defineSection({
  name: 'dsn',
  tab: 'more',
  label: text('Уведомления о доставке', 'Delivery notifications'),
  help: text(
    'Что узнаёт отправитель о письме, которое ждёт в очереди.',
    'What the sender is told about mail that waits in the queue.',
  ),
  appliedBy: ['delivery', 'smtp'],
  fields: {
    delayNoticeHours: presented(
      { empty: text('не сообщать', 'never') },
      integer(
        { min: 0, max: 720, initial: 4, unit: hours },
        words(
          'Сообщить о задержке через',
          'Tell of a delay after',
          'Один раз, если письмо всё ещё не доставлено. 0: не сообщать.',
          'Once, if the mail is still not delivered. 0: never.',
        ),
      ),
    ),
    successToStrangers: bool(
      false,
      words(
        'Сообщать об удачной доставке чужим отправителям',
        'Tell strangers of successful delivery',
        'По их просьбе (NOTIFY=SUCCESS). Адрес отправителя легко подделать: уведомление получит тот, чьё имя названо.',
        'When they ask for it (NOTIFY=SUCCESS). A sender is easily forged: the notice goes to whoever was named.',
      ),
    ),
  },
  cautions: ({ successToStrangers }) =>
    successToStrangers
      ? [
          {
            field: 'successToStrangers',
            code: 'backscatter',
            message: text(
              'с поддельным адресом отправителя сервер рассылает уведомления тем, кто ничего не посылал: выключите',
              'with a forged sender the server sends notices to people who never sent anything: turn it off',
            ),
          },
        ]
      : [],
});
