// What `up` prints when everything is ready: where it listens and how to log in.
import type { Endpoints } from './first-start.ts';
import { say } from './language.ts';
import type { StatePaths } from './paths.ts';

export function summary(endpoints: Endpoints, paths: StatePaths, options: { foreground: boolean }): string {
  const row = (what: string, address: string, note = ''): string =>
    `  ${what.padEnd(24)} ${address.padEnd(18)}${note}`;
  const accounts = endpoints.accounts.map(({ address, password }) => row(address, password));
  return [
    '',
    say('Pochtar работает.', 'Pochtar is up.'),
    '',
    row('SMTP', endpoints.smtp, say('приём почты, STARTTLS', 'mail in, STARTTLS')),
    row('SMTP (submission)', endpoints.submission, say('отправка, STARTTLS', 'sending, STARTTLS')),
    row('SMTPS', endpoints.smtps, say('отправка, TLS', 'sending, TLS')),
    row('IMAP / IMAPS', endpoints.imap, endpoints.imaps),
    row('POP3 / POP3S', endpoints.pop3, endpoints.pop3s),
    '',
    say('Почтовые ящики (имя и пароль):', 'Mailboxes (login and password):'),
    ...accounts,
    say('Администратор:', 'Administrator:'),
    row(endpoints.admin.login, endpoints.admin.password),
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
