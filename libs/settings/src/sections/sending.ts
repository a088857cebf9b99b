/** Limits on what is sent: size of one message, and how often one address may send. */
import { bool, integer, onlyWhen, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { mailsPerMinute, megabytes } from '../units.ts';

export const sending = defineSection({
  name: 'sending',
  tab: 'settings',
  label: text('Отправка писем', 'Sending'),
  help: text('Ограничения на отправку почты.', 'Limits on sending mail.'),
  appliedBy: ['smtp', 'imap', 'console'],
  fields: {
    maxMessageSizeMb: integer(
      { min: 1, max: 1024, initial: 50, unit: megabytes },
      words(
        'Максимальный размер письма',
        'Maximum message size',
        'Большее письмо не принимается: SMTP отвечает 552, IMAP [TOOBIG], веб-почта не даёт приложить файл.',
        'A larger message is refused: SMTP answers 552, IMAP [TOOBIG], and the web mail does not take the attachment.',
      ),
    ),
    rateLimitEnabled: bool(
      false,
      words(
        'Ограничить частую отправку писем',
        'Limit frequent sending',
        'Письма сверх ограничения откладываются ответом 450.',
        'Messages over the limit are put off with a 450 reply.',
      ),
    ),
    rateLimitPerMinute: onlyWhen(
      'rateLimitEnabled',
      [true],
      integer(
        { min: 1, max: 100_000, initial: 60, unit: mailsPerMinute },
        words(
          'Максимальное количество писем с одного IP-адреса в минуту',
          'Messages per IP address per minute',
          'Считается по всем процессам SMTP вместе. На встроенную веб-почту не действует.',
          'Counted over all SMTP processes together. It does not apply to the bundled web mail.',
        ),
      ),
    ),
    rateLimitSkipWhitelist: onlyWhen(
      'rateLimitEnabled',
      [true],
      bool(
        true,
        words(
          'Игнорировать при отправке писем с адресов и сетей из белого списка',
          'Not for addresses and networks of the white list',
          'Для адресов и сетей из белого списка ограничения частоты нет.',
          'Addresses and networks of the white list have no sending limit.',
        ),
      ),
    ),
  },
});
