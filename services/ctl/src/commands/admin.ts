// pochtar admin: who may use the console: list, create, update, disable, enable, password, delete.
import { adminAdministrator, type AdministratorInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { type Input, UsageError } from '../input.ts';
import { text } from '../language.ts';
import { newPassword, passwordOption, shownPassword } from '../new-password.ts';
import { list, table, time } from '../output.ts';
import type { Session } from '../session.ts';
import type { Option } from '../syntax.ts';

function administratorTable(session: Session, administrators: readonly AdministratorInfo[]): string {
  const header = [
    text('Логин', 'Login'),
    text('Имя', 'Name'),
    text('Роль', 'Role'),
    text('Домены', 'Domains'),
    text('Вход', 'Log-in'),
    text('Последний вход', 'Last log-in'),
  ];
  const state = (isEnabled: boolean) => session.say(isEnabled ? text('да', 'yes') : text('закрыт', 'off'));
  const all = session.say(text('все', 'all'));
  return table(
    header.map((title) => session.say(title)),
    administrators.map((one) => [
      one.login,
      one.displayName,
      one.role,
      one.domains?.join(', ') ?? all,
      state(one.isEnabled),
      `${time(one.lastLoginAt)} ${one.lastLoginAddress ?? ''}`.trim(),
    ]),
  );
}

const rightsOptions: Record<string, Option> = {
  role: {
    value: 'ROLE',
    help: text(
      'admin (всё), domainAdmin (названные домены), auditor (смотреть всё)',
      'admin (everything), domainAdmin (the named domains), auditor (looks at everything)',
    ),
  },
  domain: {
    value: 'DOMAIN',
    isMany: true,
    help: text('домен администратора доменов; можно несколько', 'a domain of a domainAdmin; may be repeated'),
  },
  name: { value: 'NAME', help: text('имя человека', "the person's name") },
};

const roleNames = ['admin', 'domainAdmin', 'auditor'] as const;

/** The role that was given; throws `UsageError`. */
export function roleOf(input: Input): (typeof roleNames)[number] | undefined {
  const given = input.option('role');
  const role = roleNames.find((one) => one === given);
  if (given === undefined || role !== undefined) return role;
  const known = roleNames.join(', ');
  throw new UsageError(text(`--role: укажите одну из: ${known}`, `--role: give one of: ${known}`));
}

function isEnabledCommand(verb: 'enable' | 'disable', ru: string, en: string): Command {
  return {
    words: `admin ${verb}`,
    summary: text(ru, en),
    args: [{ name: 'LOGIN' }],
    async run(session, input) {
      const request = { login: input.arg(0), isEnabled: verb === 'enable' };
      const result = await session.ask(adminAdministrator.update, request);
      return session.show(result, () => administratorTable(session, [result.administrator]));
    },
  };
}

const passwordIs = text('Пароль', 'Password');

export const adminCommands: Command[] = [
  {
    words: 'admin list',
    summary: text('администраторы консоли', 'administrators of the console'),
    async run(session) {
      const result = await session.askWhole(adminAdministrator.list, {});
      return session.show(result, () => administratorTable(session, result.administrators));
    },
  },
  {
    words: 'admin create',
    summary: text('добавить администратора', 'add an administrator'),
    args: [{ name: 'LOGIN' }],
    options: { ...passwordOption, ...rightsOptions },
    async run(session, input) {
      const made = await newPassword(session, input);
      const domains = input.options('domain');
      const result = await session.ask(adminAdministrator.create, {
        login: input.arg(0),
        password: made.password,
        role: roleOf(input),
        domains: domains.length === 0 ? null : domains,
        displayName: input.option('name') ?? '',
      });
      return session.show({ ...result, ...shownPassword(made) }, () => {
        const password = made.isGenerated ? list([[session.say(passwordIs), made.password]]) : '';
        return administratorTable(session, [result.administrator]) + password;
      });
    },
  },
  {
    words: 'admin update',
    summary: text('изменить роль, домены или имя', 'change role, domains or name'),
    args: [{ name: 'LOGIN' }],
    options: rightsOptions,
    async run(session, input) {
      const domains = input.options('domain');
      const result = await session.ask(adminAdministrator.update, {
        login: input.arg(0),
        role: roleOf(input),
        displayName: input.option('name'),
        ...(domains.length > 0 && { domains }),
      });
      return session.show(result, () => administratorTable(session, [result.administrator]));
    },
  },
  isEnabledCommand('disable', 'закрыть администратору вход', 'let an administrator log in no more'),
  isEnabledCommand('enable', 'снова открыть администратору вход', 'let an administrator log in again'),
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
