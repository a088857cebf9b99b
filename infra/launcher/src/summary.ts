// What `up` prints when everything is ready: where it listens and how to log in.
import type { Endpoints } from './first-start.ts';
import { say } from './language.ts';
import type { StatePaths } from './paths.ts';

export function summary(
  endpoints: Endpoints,
  paths: StatePaths,
  options: { foreground: boolean; isReady: boolean },
): string {
  const row = (what: string, address: string, note = ''): string =>
    `  ${what.padEnd(24)} ${address.padEnd(18)}${note}`;
  const accounts = endpoints.accounts.map(({ address, password }) => row(address, password));
  return [
    '',
    options.isReady
      ? say('Pochtar работает.', 'Pochtar is up.')
      : say('Pochtar запущен, но готово не всё.', 'Pochtar is up, but not all of it is ready.'),
    '',
    row('SMTP', endpoints.smtp, say('приём почты, STARTTLS', 'mail in, STARTTLS')),
    row('SMTP (submission)', endpoints.submission, say('отправка, STARTTLS', 'sending, STARTTLS')),
    row('SMTPS', endpoints.smtps, say('отправка, TLS', 'sending, TLS')),
    row('IMAP / IMAPS', endpoints.imap, endpoints.imaps),
    row('POP3 / POP3S', endpoints.pop3, endpoints.pop3s),
    row('LDAP', endpoints.ldap, say('адресная книга, STARTTLS', 'address book, STARTTLS')),
    row(say('Консоль', 'Console'), `http://${endpoints.console}/`),
    '',
    ...(accounts.length > 0
      ? [say('Почтовые ящики (имя и пароль):', 'Mailboxes (login and password):'), ...accounts]
      : []),
    say('Администратор:', 'Administrator:'),
    row(
      endpoints.admin.login,
      endpoints.admin.password ||
        say(
          'пароль здесь неизвестен; новый: ./pochtar admin password admin',
          'its password is not known here; a new one: ./pochtar admin password admin',
        ),
    ),
    '',
    say(
      `Сертификат подписан своим центром: ${endpoints.caFile}`,
      `The certificate is signed by our own authority: ${endpoints.caFile}`,
    ),
    say(
      `Всё это также в ${paths.endpoints}; журналы в ${paths.log}`,
      `All of this is in ${paths.endpoints}, too; logs are in ${paths.log}`,
    ),
    options.foreground
      ? say('Ctrl-C останавливает всё.', 'Ctrl-C stops everything.')
      : say('Остановить: ./pochtar down', 'Stop it with: ./pochtar down'),
    '',
    '',
  ].join('\n');
}
