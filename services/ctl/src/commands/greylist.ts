// pochtar greylist: what greylisting did, by the day.
import { adminGreylist, type GreylistDay } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { text, type Text } from '../language.ts';
import { table } from '../output.ts';

const columns = {
  known: text('Знакомые', 'Known'),
  white: text('Из белого списка', 'White'),
  deferred: text('Отложено', 'Deferred'),
  early: text('Слишком рано', 'Too early'),
  returned: text('Вернулись', 'Returned'),
  unreturned: text('Не вернулись', 'Never returned'),
} as const satisfies Record<Exclude<keyof GreylistDay, 'day'>, Text>;
const names = Object.keys(columns) as (keyof typeof columns)[];

export const greylistCommands: Command[] = [
  {
    words: 'greylist status',
    summary: text('что делали серые списки, по дням', 'what greylisting did, by the day'),
    options: { days: { value: 'N', help: text('за столько дней (14)', 'of so many days (14)') } },
    async run(session, input) {
      const result = await session.ask(adminGreylist.status, {
        days: input.number('days', { min: 1, max: 90 }) ?? 14,
      });
      return session.show(result, () =>
        table(
          [text('День', 'Day'), ...names.map((name) => columns[name])].map((title) => session.say(title)),
          result.days.map((one) => [one.day, ...names.map((name) => String(one[name]))]),
        ),
      );
    },
  },
];
