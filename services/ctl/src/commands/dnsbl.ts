// pochtar dnsbl: how the black lists of the DNS are, whom they refused, and sparing those whom a faulty one refused.
import { adminDnsbl, type DnsblRefusalInfo, type DnsblZoneInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { text, type Text } from '../language.ts';
import { list, table, time } from '../output.ts';
import type { Session } from '../session.ts';

const states = {
  unknown: text('ещё не проверен', 'not checked yet'),
  good: text('исправен', 'well'),
  failing: text('с ошибками', 'failing'),
  suspended: text('ОТКЛЮЧЁН', 'SUSPENDED'),
} as const satisfies Record<DnsblZoneInfo['state'], Text>;
const notAsked = text('убран', 'removed');
const sinceOption = {
  value: 'TIME',
  help: text(
    'отвергнутые с этого времени; без него — пока список был неисправен',
    'those refused since then; without it, while the list was at fault',
  ),
};

function zoneTable(session: Session, zones: readonly DnsblZoneInfo[]): string {
  const header = [
    text('Список', 'List'),
    text('Состояние', 'State'),
    text('С', 'Since'),
    text('Проверен', 'Checked'),
    text('Отвергнуто адресов', 'Refused addresses'),
    text('Причина', 'Reason'),
  ];
  return table(
    header.map((title) => session.say(title)),
    zones.map((one) => [
      ...[one.zone, session.say(one.isConfigured ? states[one.state] : notAsked)],
      ...[time(one.since), time(one.checkedAt), String(one.refused)],
      one.reason === null ? '' : session.say(one.reason),
    ]),
  );
}

function refusalTable(session: Session, refusals: readonly DnsblRefusalInfo[]): string {
  const header = [
    text('Адрес', 'Address'),
    text('Раз', 'Times'),
    text('Последний', 'Last'),
    text('Отправитель', 'Sender'),
    text('Получатель', 'Recipient'),
    text('В белом списке', 'White-listed'),
  ];
  return table(
    header.map((title) => session.say(title)),
    refusals.map((one) => [
      ...[one.address, String(one.count), time(one.lastAt), one.sender === '' ? '<>' : one.sender],
      ...[one.recipient, one.isWhite ? session.say(text('да', 'yes')) : ''],
    ]),
  );
}

export const dnsblCommands: Command[] = [
  {
    words: 'dnsbl status',
    summary: text(
      'исправны ли чёрные списки DNSBL и кого они отвергли',
      'whether the DNSBL black lists are well, and how many they refused',
    ),
    async run(session) {
      const result = await session.ask(adminDnsbl.status, {});
      return session.show(result, () => zoneTable(session, result.zones));
    },
  },
  {
    words: 'dnsbl refused',
    summary: text('кого отверг список, последние первыми', 'whom a list has refused, the latest first'),
    args: [{ name: 'ZONE' }],
    options: { since: sinceOption },
    async run(session, input) {
      const refusals: DnsblRefusalInfo[] = [];
      const since = input.moment('since', new Date());
      for (let after: number | null = 0; after !== null; ) {
        const request = { zone: input.arg(0), since, limit: 200, after };
        const page: { refusals: DnsblRefusalInfo[]; next: number | null } = await session.ask(
          adminDnsbl.refusals,
          request,
        );
        refusals.push(...page.refusals);
        after = page.next;
      }
      return session.show({ refusals }, () => refusalTable(session, refusals));
    },
  },
  {
    words: 'dnsbl pardon',
    summary: text(
      'внести отвергнутых списком в белый список на 7 дней',
      'white-list for 7 days those whom a list refused',
    ),
    details: text(
      'Кого называют и исправные списки или наш чёрный список, остаётся отвергнутым. Пересылать почту через сервер внесённым не разрешается.',
      'Those whom lists that are well, or our own black list, name stay refused. Relaying is not opened for anybody.',
    ),
    args: [{ name: 'ZONE' }],
    options: { since: sinceOption, ...yesOption },
    async run(session, input) {
      const zone = input.arg(0);
      confirm(
        input,
        `адреса, которые отверг ${zone}, будут 7 дней приниматься без проверок`,
        `addresses refused by ${zone} will be accepted without checks for 7 days`,
      );
      const result = await session.ask(adminDnsbl.pardon, { zone, since: input.moment('since', new Date()) });
      const { added, listedElsewhere, black, white, isMore } = result;
      return session.show(result, () =>
        list([
          [session.say(text('Внесено', 'Added')), String(added)],
          [session.say(text('Есть в исправных списках', 'On lists that are well')), String(listedElsewhere)],
          [session.say(text('В нашем чёрном списке', 'On our black list')), String(black)],
          [session.say(text('Уже в белом', 'White already')), String(white)],
          ...(isMore
            ? [
                [
                  session.say(text('Есть ещё', 'There are more')),
                  session.say(text('повторите', 'repeat')),
                ] as const,
              ]
            : []),
        ]),
      );
    },
  },
];
