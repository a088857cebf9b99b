/** Sending everything that is not local through another SMTP server. */
import type { Finding } from '../section.ts';
import { bool, neededWhen, port, presented, textField, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { host, mailboxAddress } from './formats.ts';

const login = {
  parse: (input: string) => (/^[^\p{Cc}]+$/u.test(input.trim()) ? input.trim() : undefined),
  maxLength: 255,
  expected: text('укажите логин без управляющих символов', 'give a login without control characters'),
};

export const relay = defineSection({
  name: 'relay',
  tab: 'settings',
  label: text('Отправка через внешний SMTP', 'Sending through an external SMTP server'),
  help: text(
    'Через этот сервер уходит вся почта, кроме писем локальным доменам и получателям.',
    'All mail except that for local domains and recipients leaves through this server.',
  ),
  appliedBy: ['delivery', 'filter-dkim'],
  fields: {
    host: presented(
      {
        widget: 'host',
        empty: text('(прямо серверам получателей)', '(straight to the recipients’ servers)'),
      },
      textField(
        host,
        '',
        words(
          'Релей по умолчанию',
          'Default relay',
          'Имя или IP-адрес внешнего сервера. Пусто: почта уходит прямо серверам получателей (MX).',
          'Name or IP address of the external server. Empty: mail goes straight to the servers of the recipients (MX).',
        ),
      ),
    ),
    port: presented(
      { fullLabel: text('Порт внешнего SMTP', 'Port of the external SMTP server') },
      port(25, words('Порт', 'Port', 'Порт внешнего сервера.', 'The port of the external server.')),
    ),
    smtps: bool(
      false,
      words(
        'Использовать SMTPS',
        'Use SMTPS',
        'TLS с первого байта; обязательно для порта 465. Выключено: STARTTLS включается сам, если внешний сервер его предлагает.',
        'TLS from the first byte; compulsory for port 465. Off: STARTTLS is used by itself where the external server offers it.',
      ),
    ),
    authEnabled: bool(
      false,
      words(
        'Использовать SMTP-авторизацию',
        'Use SMTP authentication',
        'Включите, если внешний сервер требует логин и пароль.',
        'Turn it on when the external server wants a login and a password.',
      ),
    ),
    username: neededWhen(
      'authEnabled',
      [true],
      textField(
        login,
        '',
        words('Логин', 'Login', 'Логин на внешнем сервере.', 'The login at the external server.'),
      ),
    ),
    rewriteSender: bool(
      false,
      words(
        'Подменять адрес отправителя',
        "Replace the sender's address",
        'Заменяются адрес конверта и заголовок From; прежний From становится Reply-To, если его нет. Нужно для mail.ru, yandex.ru, gmail.com и других.',
        'The envelope sender and the From header are replaced; the former From becomes Reply-To unless there is one. Providers such as mail.ru, yandex.ru and gmail.com need it.',
      ),
    ),
    senderAddress: presented(
      { widget: 'mailAddress' },
      neededWhen(
        'rewriteSender',
        [true],
        textField(
          mailboxAddress,
          '',
          words(
            'Адрес отправителя',
            "Sender's address",
            'Адрес, с которым был выполнен вход на внешнем сервере.',
            'The address that belongs to the login at the external server.',
          ),
        ),
      ),
    ),
  },
  secrets: {
    password: neededWhen('authEnabled', [true], {
      ...words(
        'Пароль',
        'Password',
        'Хранится зашифрованным и никогда не показывается.',
        'Stored encrypted and never shown.',
      ),
      maxLength: 255,
    }),
  },
  check: (document) => {
    const findings: Finding[] = [];
    if (document.smtps && document.port === 25) findings.push(smtpsOnPort25);
    if (!document.smtps && document.port === 465) findings.push(port465WithoutSmtps);
    if (document.authEnabled && document.username === '') findings.push(missing('username', 'authEnabled'));
    if (document.rewriteSender && document.senderAddress === '') {
      findings.push(missing('senderAddress', 'rewriteSender'));
    }
    return findings;
  },
  cautions: ({ host: server, rewriteSender }) =>
    !rewriteSender && wantsOwnSender.test(server) ? [foreignSender(server)] : [],
});

/** Providers that take mail only from the address of the login. */
const wantsOwnSender = /(^|\.)(mail\.ru|yandex\.(ru|com|net)|gmail\.com|googlemail\.com|rambler\.ru)$/;

function foreignSender(server: string): Finding {
  return {
    field: 'rewriteSender',
    code: 'foreignSender',
    related: [{ section: 'relay', field: 'host' }],
    message: text(
      `${server} принимает письма только с адреса, с которым выполнен вход: включите и укажите {senderAddress}`,
      `${server} takes mail only from the address of the login: turn it on and give {senderAddress}`,
    ),
  };
}

const smtpsOnPort25: Finding = {
  field: 'smtps',
  code: 'smtpsOnPort25',
  related: [{ section: 'relay', field: 'port' }],
  message: text(
    'SMTPS не бывает на порту 25: укажите в {port} 465 или выключите SMTPS, STARTTLS включится сам',
    'there is no SMTPS on port 25: give {port} 465, or turn SMTPS off, STARTTLS is used by itself',
  ),
};

const port465WithoutSmtps: Finding = {
  field: 'smtps',
  code: 'port465WithoutSmtps',
  related: [{ section: 'relay', field: 'port' }],
  message: text(
    'для порта 465 нужен SMTPS: включите его или укажите другой порт в {port}',
    'port 465 needs SMTPS: turn it on, or give {port} another port',
  ),
};

function missing(field: string, because: string): Finding {
  return {
    field,
    code: 'missing',
    related: [{ section: 'relay', field: because }],
    message: text(
      `поле пусто, а {${because}} включено: заполните его или выключите {${because}}`,
      `the field is empty while {${because}} is on: fill it in, or turn {${because}} off`,
    ),
  };
}
