/** When mail that could not be sent is tried again, and when it is given up. */
import { integer, presented, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { minutes } from '../units.ts';

export const queue = defineSection({
  name: 'queue',
  tab: 'settings',
  label: text('Почтовая очередь', 'Mail queue'),
  help: text(
    'Письма, которые не удалось отправить сразу, ждут в очереди и отправляются повторно.',
    'Mail that could not be sent at once waits in the queue and is tried again.',
  ),
  appliedBy: ['delivery', 'filter-antivirus', 'filter-dkim', 'filter-dlp'],
  fields: {
    runIntervalMinutes: integer(
      { min: 1, max: 1440, initial: 30, unit: minutes },
      words(
        'Интервал между попытками отправки',
        'Interval between attempts',
        'Как часто проверяется, сколько прождало каждое письмо.',
        'How often the queue is looked through for mail that has waited long enough.',
      ),
    ),
    waitMinMinutes: presented(
      { widget: 'range' },
      integer(
        { min: 1, max: 10_080, initial: 180, unit: minutes },
        words(
          'Время ожидания в очереди от',
          'Waiting time from',
          'Столько письмо ждёт после первой неудачной попытки.',
          'How long mail waits after the first failed attempt.',
        ),
      ),
    ),
    waitMaxMinutes: presented(
      { widget: 'range', fullLabel: text('Время ожидания в очереди, до', 'Waiting time, to') },
      integer(
        { min: 1, max: 10_080, initial: 300, unit: minutes },
        words(
          'до',
          'to',
          'Ожидание растёт с возрастом письма, но не превышает этого времени.',
          'The wait grows with the age of the mail, and never past this.',
        ),
      ),
    ),
    maxLifetimeMinutes: integer(
      { min: 1, max: 43_200, initial: 5760, unit: minutes },
      words(
        'Максимальное время нахождения письма в очереди',
        'Maximum time in the queue',
        'После этого отправитель получает уведомление, что письмо не доставлено.',
        'After this the sender is told that the mail was not delivered.',
      ),
    ),
    firstRetryMinutes: integer(
      { min: 0, max: 180, initial: 0, unit: minutes },
      words(
        'Первый повтор после отсрочки сервером',
        'First retry after a far side put mail off',
        'Серые списки откладывают первую попытку: через столько она повторяется. 0: как после любой неудачи.',
        'Greylisting puts the first attempt off: it is repeated after so long. 0: as after any failure.',
      ),
    ),
    connectionsPerDestination: integer(
      { min: 1, max: 50, initial: 10 },
      words(
        'Соединений с одним сервером сразу',
        'Connections to one destination at once',
        'Считаются по всем процессам вместе. У маршрута домена может быть своё число.',
        'Counted over all processes together. A route of a domain may have a number of its own.',
      ),
    ),
    mailsPerConnection: integer(
      { min: 1, max: 1000, initial: 50 },
      words(
        'Писем через одно соединение',
        'Mails over one connection',
        'После этого соединение закрывается, и для остальных открывается новое.',
        'After these the connection is closed, and a new one is opened for the rest.',
      ),
    ),
  },
  check: (document) =>
    document.waitMaxMinutes >= document.waitMinMinutes
      ? []
      : [
          {
            field: 'waitMaxMinutes',
            code: 'tooSmall',
            related: [{ section: 'queue', field: 'waitMinMinutes' }],
            message: text(
              `верхняя граница ожидания (${document.waitMaxMinutes}) меньше нижней (${document.waitMinMinutes}): увеличьте её или уменьшите {waitMinMinutes}`,
              `the upper bound of the wait (${document.waitMaxMinutes}) is below the lower one (${document.waitMinMinutes}): raise it, or lower {waitMinMinutes}`,
            ),
          },
        ],
  cautions: ({ waitMinMinutes, maxLifetimeMinutes }) =>
    maxLifetimeMinutes > waitMinMinutes
      ? []
      : [
          {
            field: 'maxLifetimeMinutes',
            code: 'neverRetried',
            related: [{ section: 'queue', field: 'waitMinMinutes' }],
            message: text(
              `письмо вернётся отправителю раньше второй попытки: укажите больше ${waitMinMinutes} или уменьшите {waitMinMinutes}`,
              `mail is returned before it is tried a second time: give more than ${waitMinMinutes}, or lower {waitMinMinutes}`,
            ),
          },
        ],
});
