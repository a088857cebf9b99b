/** Limits that keep one client from taking the server from all others. */
import { choice, option, integer, presented, words } from '../field.ts';
import { defineSection, type Finding } from '../section.ts';
import { text } from '../text.ts';
import { mailsPerHour, minutes } from '../units.ts';

export const limits = defineSection({
  name: 'limits',
  tab: 'more',
  label: text('Ограничения', 'Limits'),
  help: text(
    'Пределы соединений, подбора паролей и объёма отправки.',
    'Limits on connections, password guessing and the amount of sending.',
  ),
  appliedBy: ['smtp', 'imap', 'pop3', 'ldap', 'console'],
  fields: {
    sessionsPerAddress: integer(
      { min: 1, max: 10_000, initial: 50 },
      words(
        'Соединений с одного адреса',
        'Sessions per address',
        'На каждый процесс и протокол.',
        'Per process and protocol.',
      ),
    ),
    sessionsTotal: integer(
      { min: 1, max: 1_000_000, initial: 5000 },
      words(
        'Соединений всего',
        'Sessions in all',
        'На каждый процесс и протокол.',
        'Per process and protocol.',
      ),
    ),
    failedLogins: integer(
      { min: 1, max: 1000, initial: 10 },
      words(
        'Неудачных попыток входа',
        'Failed logins',
        'После стольких неудачных входов с одного адреса он на время блокируется.',
        'After this many failed logins an address is banned for a while.',
      ),
    ),
    banMinutes: integer(
      { min: 1, max: 10_080, initial: 15, unit: minutes },
      words(
        'Время блокировки',
        'Ban time',
        'Столько вход с адреса невозможен.',
        'How long the address cannot log in.',
      ),
    ),
    mailsPerAccountHour: presented(
      { empty: text('без предела', 'no limit') },
      integer(
        { min: 0, max: 1_000_000, initial: 0, unit: mailsPerHour },
        words(
          'Писем одного ящика в час',
          'Messages per account and hour',
          'Сдерживает рассылку через украденный пароль: письмо десяти получателям считается за десять. 0: без предела.',
          'Holds back spam through a stolen password: a message to ten recipients counts as ten. 0: no limit.',
        ),
      ),
    ),
    recipientsPerMail: integer(
      { min: 100, max: 50_000, initial: 1000 },
      words(
        'Получателей в одном письме',
        'Recipients per mail',
        'Больше получателей за один раз не принимается (452).',
        'More recipients at one time are not accepted (452).',
      ),
    ),
    bareNewline: choice(
      {
        refuse: option(
          text('Отвергать', 'Refuse'),
          'Внутри письма нельзя протащить второе, поддельное.',
          'No second, forged mail can be smuggled inside one.',
        ),
        normalise: option(
          text('Исправлять', 'Normalise'),
          'Проходит почта старых программ, а с ней и возможная подделка.',
          'Mail of old programs passes, and with it a possible forgery.',
        ),
      },
      'refuse',
      words(
        'Одиночный CR или LF в письме',
        'Bare CR or LF in a mail',
        'От незнакомых серверов. У вошедших пользователей и белого списка всегда исправляется.',
        'From strangers. For users who logged in and white-listed clients it is always normalised.',
      ),
    ),
  },
  cautions: ({ bareNewline, sessionsPerAddress, sessionsTotal }) => [
    ...(bareNewline === 'normalise' ? [smuggling] : []),
    ...(sessionsPerAddress >= sessionsTotal ? [oneTakesAll] : []),
  ],
});

const smuggling: Finding = {
  field: 'bareNewline',
  code: 'smuggling',
  message: text(
    'внутри письма можно протащить второе, с поддельным отправителем: выберите refuse',
    'a second mail with a forged sender can be smuggled inside one: choose refuse',
  ),
};

const oneTakesAll: Finding = {
  field: 'sessionsPerAddress',
  code: 'oneTakesAll',
  related: [{ section: 'limits', field: 'sessionsTotal' }],
  message: text(
    'один адрес может занять все соединения: укажите меньше, чем в {sessionsTotal}',
    'one address can take every session: give less than {sessionsTotal}',
  ),
};
