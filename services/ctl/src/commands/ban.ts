// pochtar ban: who has failed to log in too often: list, lift.
import { adminBans, type BanInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { text } from '../language.ts';
import { table, time } from '../output.ts';
import type { Session } from '../session.ts';

const kinds = {
  address: text('адрес', 'address'),
  account: text('ящик', 'account'),
} as const;

function banTable(session: Session, bans: readonly BanInfo[]): string {
  const header = [
    text('Вид', 'Kind'),
    text('Кто', 'Who'),
    text('Неудач', 'Failures'),
    text('До', 'Until'),
    text('Закрыт', 'Closed'),
  ];
  const closed = (is: boolean) => session.say(is ? text('да', 'yes') : text('ещё нет', 'not yet'));
  return table(
    header.map((title) => session.say(title)),
    bans.map(({ kind, subject, failures, until, isClosed }) => [
      ...[session.say(kinds[kind]), subject, String(failures), time(until), closed(isClosed)],
    ]),
  );
}

export const banCommands: Command[] = [
  {
    words: 'ban list',
    summary: text(
      'кому закрыт вход после неудачных попыток',
      'who may not log in after too many failed tries',
    ),
    options: {
      all: { help: text('и те, у кого неудач ещё мало', 'those too whose failures are still few') },
      find: { value: 'TEXT', help: text('часть адреса', 'part of the address') },
    },
    async run(session, input) {
      const bans: BanInfo[] = [];
      for (let after: number | null = 0; after !== null; ) {
        const request = { all: input.flag('all'), text: input.option('find'), limit: 500, after };
        const page: { bans: BanInfo[]; next: number | null } = await session.ask(adminBans.list, request);
        bans.push(...page.bans);
        after = page.next;
      }
      return session.show({ bans }, () => banTable(session, bans));
    },
  },
  {
    words: 'ban lift',
    summary: text(
      'забыть неудачные попытки адреса или ящика',
      'forget the failed tries of an address or an account',
    ),
    args: [{ name: 'SUBJECT' }],
    async run(session, input) {
      const result = await session.ask(adminBans.lift, { subject: input.arg(0) });
      return session.show(result, () => `${result.lifted.join('\n')}\n`);
    },
  },
];
