// pochtar token: tokens of the API: list, create, delete.
import { adminToken, type TokenInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';
import { list, table, time } from '../output.ts';
import type { Session } from '../session.ts';
import { roleOf } from './admin.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 365;
const MAX_DAYS = 730;

function tokenTable(session: Session, tokens: readonly TokenInfo[]): string {
  const header = [
    text('Номер', 'Id'),
    text('Имя', 'Name'),
    text('Чей', 'Of'),
    text('Роль', 'Role'),
    text('Домены', 'Domains'),
    text('До', 'Until'),
    text('Использован', 'Last use'),
    text('Действует', 'Alive'),
  ];
  const all = session.say(text('все', 'all'));
  const alive = (is: boolean) => session.say(is ? text('да', 'yes') : text('нет', 'no'));
  return table(
    header.map((title) => session.say(title)),
    tokens.map((one) => [
      ...[String(one.id), one.name, one.maker, one.role, one.domains?.join(', ') ?? all, time(one.expiresAt)],
      `${time(one.lastUsedAt)} ${one.lastUsedAddress ?? ''}`.trim(),
      alive(one.isAlive),
    ]),
  );
}

export const tokenCommands: Command[] = [
  {
    words: 'token list',
    summary: text('токены API', 'tokens of the API'),
    async run(session) {
      const result = await session.askWhole(adminToken.list, {});
      return session.show(result, () => tokenTable(session, result.tokens));
    },
  },
  {
    words: 'token create',
    summary: text('создать токен; он показывается один раз', 'make a token; it is shown once'),
    args: [{ name: 'NAME' }],
    options: {
      for: {
        value: 'LOGIN',
        help: text(
          'администратор, чей это токен: больше, чем он, токен не может',
          'the administrator whose token it is: it may no more than he does',
        ),
      },
      role: { value: 'ROLE', help: text('admin, domainAdmin, auditor', 'admin, domainAdmin, auditor') },
      domain: {
        value: 'DOMAIN',
        isMany: true,
        help: text(
          'домен для роли domainAdmin; можно несколько',
          'a domain for domainAdmin; may be repeated',
        ),
      },
      days: {
        value: 'N',
        help: text(
          'действует столько дней (365, не больше 730)',
          'valid for so many days (365, at most 730)',
        ),
      },
    },
    async run(session, input) {
      const role = roleOf(input);
      if (role === undefined) {
        throw new UsageError(text('--role: укажите роль токена', '--role: give the role of the token'));
      }
      const days = input.number('days', { min: 1, max: MAX_DAYS }) ?? DEFAULT_DAYS;
      const domains = input.options('domain');
      const result = await session.ask(adminToken.create, {
        name: input.arg(0),
        role,
        domains: domains.length === 0 ? null : domains,
        expiresAt: new Date(Date.now() + days * DAY_MS).toISOString(),
        maker: input.option('for'),
      });
      return session.show(result, () => {
        const value = list([[session.say(text('Токен', 'Token')), result.value]]);
        return tokenTable(session, [result.token]) + value;
      });
    },
  },
  {
    words: 'token delete',
    summary: text('удалить токен: он сразу перестаёт действовать', 'remove a token: it is dead at once'),
    args: [{ name: 'ID' }],
    options: yesOption,
    async run(session, input) {
      const id = /^\d{1,15}$/.test(input.arg(0)) ? Number(input.arg(0)) : 0;
      if (id === 0) {
        throw new UsageError(
          text(
            'ID: укажите номер из pochtar token list',
            'ID: give the number that pochtar token list shows',
          ),
        );
      }
      confirm(input, `токен ${id} будет удалён`, `the token ${id} will be removed`);
      const result = await session.ask(adminToken.delete, { id });
      return session.show(result, () => '');
    },
  },
];
