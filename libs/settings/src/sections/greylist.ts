/** Greylisting (RFC 6647): the first attempt of an unknown sender is put off. */
import { bool, integer, onlyWhen, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { days, hours, seconds } from '../units.ts';

export const greylist = defineSection({
  name: 'greylist',
  tab: 'spam',
  label: text('Серые списки (greylisting)', 'Greylisting'),
  help: text(
    'Первая попытка незнакомого сервера откладывается (451); настоящий почтовый сервер повторит её, рассыльщик спама обычно нет.',
    'The first attempt of an unknown server is put off (451); a real mail server repeats it, a spammer rarely does.',
  ),
  appliedBy: ['filter-greylist', 'smtp'],
  fields: {
    enabled: bool(
      false,
      words(
        'Использовать серые списки',
        'Use greylisting',
        'Вошедшие пользователи и белый список не задерживаются.',
        'Users who logged in and white-listed senders are not delayed.',
      ),
    ),
    minRetrySeconds: onlyWhen(
      'enabled',
      [true],
      integer(
        { min: 1, max: 3600, initial: 10, unit: seconds },
        words(
          'Игнорировать повторную отправку',
          'Ignore a retry within',
          'Более ранний повтор тоже откладывается.',
          'An earlier retry is put off as well.',
        ),
      ),
    ),
    maxRetryHours: onlyWhen(
      'enabled',
      [true],
      integer(
        { min: 1, max: 168, initial: 5, unit: hours },
        words(
          'Ожидать повторной отправки',
          'Wait for a retry',
          'Более поздний повтор считается первой попыткой.',
          'A later retry counts as a first attempt.',
        ),
      ),
    ),
    whitelistDays: onlyWhen(
      'enabled',
      [true],
      integer(
        { min: 1, max: 365, initial: 14, unit: days },
        words(
          'Хранить в белом списке',
          'Keep in the white list',
          'Столько прошедший проверку отправитель не задерживается; каждое письмо продлевает срок.',
          'A sender that passed is not delayed for this long; each mail renews it.',
        ),
      ),
    ),
  },
  cautions: ({ enabled, minRetrySeconds, maxRetryHours }) =>
    !enabled || minRetrySeconds < maxRetryHours * 3600
      ? []
      : [
          {
            field: 'minRetrySeconds',
            code: 'neverPasses',
            related: [{ section: 'greylist', field: 'maxRetryHours' }],
            message: text(
              'повтор всегда слишком ранний или слишком поздний, и незнакомые серверы не передадут почту никогда: уменьшите или увеличьте {maxRetryHours}',
              'every retry is too early or too late, and unknown servers never deliver: lower it, or raise {maxRetryHours}',
            ),
          },
        ],
});
