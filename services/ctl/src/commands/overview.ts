// pochtar overview: how mail goes and what needs a hand, as the first page of the console.
import { adminOverview, type MailOverview, type Remark } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { text, type Text } from '../language.ts';
import { list, table, time } from '../output.ts';
import type { Session } from '../session.ts';

const words = {
  fine: text('Почта ходит, замечаний нет.', 'Mail is flowing; nothing needs attention.'),
  waiting: text('В очереди', 'In the queue'),
  held: text('Задержано', 'Held'),
  oldest: text('Самое старое', 'The oldest'),
  domains: text('Доменов', 'Domains'),
  accounts: text('Ящиков', 'Mailboxes'),
  counted: text('Посчитано', 'Counted'),
  hour: text('Час', 'Hour'),
  reply: text('Почему отвергнуто за сутки', 'Why it was refused within a day'),
  times: text('Раз', 'Times'),
} as const;

const kinds = {
  accepted: text('Принято', 'Accepted'),
  refused: text('Отвергнуто', 'Refused'),
  putOff: text('Просили повторить', 'Put off'),
  delivered: text('В ящики', 'Delivered'),
  relayed: text('Отправлено', 'Sent on'),
  returned: text('Возвращено', 'Returned'),
  deferred: text('Повторится', 'Deferred'),
} as const satisfies Record<keyof MailOverview['day'], Text>;

const tones = {
  danger: text('ПЛОХО', 'BAD'),
  warn: text('внимание', 'warning'),
  notice: text('к сведению', 'notice'),
} as const satisfies Record<Remark['tone'], Text>;

function remarkLines(session: Session, remarks: readonly Remark[]): string {
  if (remarks.length === 0) return `${session.say(words.fine)}\n`;
  return remarks
    .map(({ tone, message, advice }) =>
      list([
        [session.say(tones[tone]), session.say(message)],
        ['', session.say(advice)],
      ]),
    )
    .join('');
}

const names = Object.keys(kinds) as (keyof typeof kinds)[];

function hourTable(session: Session, hours: MailOverview['hours']): string {
  // What is all zeros at the beginning says nothing.
  const from = hours.findIndex((one) => names.some((name) => one[name] > 0));
  return table(
    [session.say(words.hour), ...names.map((name) => session.say(kinds[name]))],
    hours
      .slice(from === -1 ? -1 : from)
      .map((one) => [time(one.hour).slice(0, -3), ...names.map((name) => String(one[name]))]),
  );
}

export const overviewCommands: Command[] = [
  {
    words: 'overview',
    summary: text('как ходит почта и что требует внимания', 'how mail is flowing, and what needs attention'),
    async run(session) {
      const mail = await session.ask(adminOverview.mail, {});
      const server = await session.ask(adminOverview.server, {});
      return session.show({ mail, server }, () => {
        const { waiting, isMore, held, oldestAt } = mail.queue;
        const facts = list([
          [session.say(words.waiting), `${waiting}${isMore ? '+' : ''}`],
          ...(oldestAt === null ? [] : [[session.say(words.oldest), time(oldestAt)] as const]),
          [session.say(words.held), String(held)],
          [session.say(words.domains), String(server.domains)],
          [session.say(words.accounts), String(server.accounts)],
          [session.say(words.counted), time(mail.countedAt)],
        ]);
        const reasons = table(
          [session.say(words.times), session.say(words.reply)],
          mail.reasons.map(({ count, reply }) => [String(count), reply]),
        );
        const remarks = remarkLines(session, [...server.remarks, ...mail.remarks]);
        return [remarks, facts, hourTable(session, mail.hours), reasons]
          .filter((part) => part !== '')
          .join('\n');
      });
    },
  },
];
