// pochtar admin: who may use the console: list, create, domains, password, delete.
import { adminAdministrator, type AdministratorInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { text } from '../language.ts';
import { newPassword, passwordOption, shownPassword } from '../new-password.ts';
import { list, table, time } from '../output.ts';
import type { Session } from '../session.ts';

function administratorTable(session: Session, administrators: readonly AdministratorInfo[]): string {
  const header = [text('Логин', 'Login'), text('Домены', 'Domains'), text('Создан', 'Created')];
  const all = session.say(text('все', 'all'));
  return table(
    header.map((title) => session.say(title)),
    administrators.map((one) => [one.login, one.domains?.join(', ') ?? all, time(one.createdAt)]),
  );
}

const passwordIs = text('Пароль', 'Password');

export const adminCommands: Command[] = [
  {
    words: 'admin list',
    summary: text('администраторы консоли', 'administrators of the console'),
    async run(session) {
      const result = await session.ask(adminAdministrator.list, {});
      return session.show(result, () => administratorTable(session, result.administrators));
    },
  },
  {
    words: 'admin create',
    summary: text('добавить администратора', 'add an administrator'),
    args: [{ name: 'LOGIN' }],
    options: {
      ...passwordOption,
      domain: {
        value: 'DOMAIN',
        isMany: true,
        help: text('только для этих доменов; иначе для всех', 'for these domains only; otherwise for all'),
      },
    },
    async run(session, input) {
      const made = await newPassword(session, input);
      const domains = input.options('domain');
      const result = await session.ask(adminAdministrator.create, {
        login: input.arg(0),
        password: made.password,
        domains: domains.length === 0 ? null : domains,
      });
      return session.show({ ...result, ...shownPassword(made) }, () => {
        const password = made.isGenerated ? list([[session.say(passwordIs), made.password]]) : '';
        return administratorTable(session, [result.administrator]) + password;
      });
    },
  },
  {
    words: 'admin domains',
    summary: text(
      'изменить домены администратора (без доменов: все)',
      'change the domains of an administrator (none: all)',
    ),
    args: [{ name: 'LOGIN' }, { name: 'DOMAIN', isMany: true, isOptional: true }],
    async run(session, input) {
      const domains = input.args.slice(1);
      const request = { login: input.arg(0), domains: domains.length === 0 ? null : domains };
      const result = await session.ask(adminAdministrator.update, request);
      return session.show(result, () => administratorTable(session, [result.administrator]));
    },
  },
  {
    words: 'admin password',
    summary: text('задать пароль', 'set the password'),
    args: [{ name: 'LOGIN' }],
    options: passwordOption,
    async run(session, input) {
      const made = await newPassword(session, input);
      await session.ask(adminAdministrator.setPassword, { login: input.arg(0), password: made.password });
      return session.show(shownPassword(made), () =>
        made.isGenerated ? list([[session.say(passwordIs), made.password]]) : '',
      );
    },
  },
  {
    words: 'admin delete',
    summary: text('удалить администратора', 'remove an administrator'),
    args: [{ name: 'LOGIN' }],
    options: yesOption,
    async run(session, input) {
      const login = input.arg(0);
      confirm(input, `администратор ${login} будет удалён`, `the administrator ${login} will be removed`);
      const result = await session.ask(adminAdministrator.delete, { login });
      return session.show(result, () => '');
    },
  },
];
