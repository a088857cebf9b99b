/** Whether the reverse name of a sending server leads back to its address. */
import { choice, option, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';

export const reverseDns = defineSection({
  name: 'reverseDns',
  tab: 'spam',
  label: text('Соответствие прямой и обратной записи', 'Forward-confirmed reverse DNS'),
  help: text(
    'Имя, которое обратная запись даёт адресу сервера, должно указывать на этот же адрес. Проверяется только порт SMTP; не проверяются вошедшие пользователи, белый список, локальные и частные адреса.',
    'The name that reverse DNS gives for the address of a server must lead back to that address. Only on the SMTP port; not for users who logged in, white-listed, loopback and private addresses.',
  ),
  appliedBy: ['smtp'],
  fields: {
    mode: choice(
      {
        off: text('Не проверять', 'Off'),
        tag: option(
          text('Пометить', 'Tag'),
          'Письмо принимается, в заголовке остаётся пометка.',
          'The mail is accepted, with a tag in its header.',
        ),
        defer: option(
          text('Отложить (4xx)', 'Put off (4xx)'),
          'Настоящий сервер повторит, когда записи исправят.',
          'A real server tries again once the records are mended.',
        ),
        reject: option(
          text('Отвергнуть (5xx)', 'Reject (5xx)'),
          'Небрежно настроенные серверы своих писем не передадут.',
          'Mail of carelessly configured servers is lost to you.',
        ),
      },
      'tag',
      words(
        'Если записи не соответствуют',
        'When they do not match',
        'Ошибка DNS никогда не отвергает письмо насовсем: там, где его можно было бы отвергнуть или отложить, оно откладывается (451).',
        'A DNS failure never refuses mail for good: where it could be rejected or put off, it is put off (451).',
      ),
    ),
  },
});
