// pochtar list: the white list, the black list and the named networks: show, add, change, remove.
import { adminLists, type ListEntryInfo, type ListName } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { text } from '../language.ts';
import { table, time } from '../output.ts';
import { noteNext } from '../paging.ts';
import { problemText } from '../problem-text.ts';
import type { Session } from '../session.ts';
import type { Option } from '../syntax.ts';
import { listFileCommands, listOf } from './list-file.ts';
import { networkFileCommands } from './network-file.ts';

const entryOptions: Record<string, Option> = {
  comment: { value: 'TEXT', help: text('для чего запись', 'what the entry is for') },
  until: {
    value: 'TIME',
    help: text(
      'действует до этого времени, например 2027-01-31T12:00:00Z; пусто — всегда',
      'acts until this time, such as 2027-01-31T12:00:00Z; empty: for ever',
    ),
  },
};

function entryTable(session: Session, entries: readonly ListEntryInfo[]): string {
  const header = [
    text('Запись', 'Entry'),
    text('Комментарий', 'Comment'),
    text('Кто', 'By'),
    text('Когда', 'Since'),
    text('До', 'Until'),
    text('Сработала', 'Hits'),
    text('Последний раз', 'Last hit'),
  ];
  const ended = session.say(text(' (кончилась)', ' (ended)'));
  return table(
    header.map((title) => session.say(title)),
    entries.map((one) => [
      ...[one.value, one.comment, one.author, time(one.createdAt)],
      one.expiresAt === null ? '' : `${time(one.expiresAt)}${one.isExpired ? ended : ''}`,
      ...[String(one.hits), time(one.lastHitAt)],
    ]),
  );
}

function show(list: ListName, ru: string, en: string): Command {
  return {
    words: `list ${list}`,
    summary: text(`${ru} список, новые записи первыми`, `the ${en} list, newest first`),
    options: {
      search: {
        value: 'TEXT',
        help: text('часть записи или комментария', 'part of an entry or its comment'),
      },
      idle: {
        value: 'DAYS',
        help: text('только те, что столько дней не срабатывали', 'only those without a hit for so many days'),
      },
      expired: { help: text('только те, что кончились', 'only those that have ended') },
      after: { value: 'N', help: text('продолжить после этой строки', 'go on after this line') },
      limit: { value: 'N', help: text('не больше стольких строк (100)', 'at most this many lines (100)') },
    },
    async run(session, input) {
      const result = await session.ask(adminLists.list, {
        list,
        search: input.option('search'),
        idleDays: input.number('idle', { min: 1, max: 3650 }),
        ...(input.flag('expired') && { expired: true }),
        after: input.option('after'),
        limit: input.number('limit', { min: 1, max: 200 }) ?? 100,
      });
      if (!session.isJson) noteNext(session, result.next);
      return session.show(result, () => entryTable(session, result.entries));
    },
  };
}

const networks: Command = {
  words: 'list networks',
  summary: text(
    'именованные сети, на которые ссылаются записи network:ИМЯ',
    'the named networks, which entries call network:NAME',
  ),
  options: {
    after: { value: 'NAME', help: text('продолжить после этого имени', 'go on after this name') },
  },
  async run(session, input) {
    const result = await session.ask(adminLists.networks, { after: input.option('after') });
    if (!session.isJson) noteNext(session, result.next);
    const header = [
      text('Имя', 'Name'),
      text('Адреса', 'Addresses'),
      text('Комментарий', 'Comment'),
      text('В списках', 'In the lists'),
    ];
    return session.show(result, () =>
      table(
        header.map((title) => session.say(title)),
        result.networks.map((one) => [
          ...[one.name, one.addresses.join(', '), one.comment],
          one.usedBy.join(', '),
        ]),
      ),
    );
  },
};

const add: Command = {
  words: 'list add',
  summary: text('внести запись в белый или чёрный список', 'add an entry to the white or the black list'),
  details: text(
    'VALUE: IP-адрес, сеть (192.0.2.0/24), сервер (@example.org), ящик (user@example.org) или network:ИМЯ. Действует сразу во всех процессах.',
    'VALUE: an IP address, a network (192.0.2.0/24), a server (@example.org), a mailbox (user@example.org) or network:NAME. It acts in all processes at once.',
  ),
  args: [{ name: 'LIST' }, { name: 'VALUE' }],
  options: entryOptions,
  async run(session, input) {
    const result = await session.ask(adminLists.add, {
      list: listOf(input),
      value: input.arg(1),
      comment: input.option('comment') ?? '',
      expiresAt: input.option('until') ?? '',
    });
    for (const caution of result.cautions) session.note(problemText(caution));
    return session.show(result, () => entryTable(session, result.entry === null ? [] : [result.entry]));
  },
};

const change: Command = {
  words: 'list change',
  summary: text('изменить комментарий или срок записи', 'change the comment or the end of an entry'),
  args: [{ name: 'LIST' }, { name: 'VALUE' }],
  options: entryOptions,
  async run(session, input) {
    const result = await session.ask(adminLists.change, {
      list: listOf(input),
      value: input.arg(1),
      comment: input.option('comment'),
      expiresAt: input.option('until'),
    });
    return session.show(result, () => entryTable(session, [result.entry]));
  },
};

const remove: Command = {
  words: 'list remove',
  summary: text('убрать записи из списка', 'remove entries from a list'),
  args: [{ name: 'LIST' }, { name: 'VALUE', isMany: true }],
  async run(session, input) {
    const values = [...input.args.slice(1)];
    const result = await session.ask(adminLists.remove, { list: listOf(input), values });
    return session.show(result, () => entryTable(session, result.removed));
  },
};

const addNetwork: Command = {
  words: 'network add',
  summary: text('дать имя адресам и сетям', 'give a name to addresses and networks'),
  args: [{ name: 'NAME' }, { name: 'ADDRESS', isMany: true }],
  options: { comment: entryOptions['comment'] as Option },
  async run(session, input) {
    const result = await session.ask(adminLists.addNetwork, {
      name: input.arg(0),
      addresses: [...input.args.slice(1)],
      comment: input.option('comment') ?? '',
    });
    return session.show(result, () => '');
  },
};

const changeNetwork: Command = {
  words: 'network change',
  summary: text(
    'заменить адреса именованной сети, её имя или комментарий',
    'replace the addresses of a named network, its name or comment',
  ),
  args: [{ name: 'NAME' }, { name: 'ADDRESS', isMany: true, isOptional: true }],
  options: {
    comment: entryOptions['comment'] as Option,
    name: { value: 'NAME', help: text('новое имя', 'the new name') },
  },
  async run(session, input) {
    const addresses = [...input.args.slice(1)];
    const result = await session.ask(adminLists.changeNetwork, {
      name: input.arg(0),
      newName: input.option('name'),
      comment: input.option('comment'),
      ...(addresses.length > 0 && { addresses }),
    });
    return session.show(result, () => '');
  },
};

const removeNetwork: Command = {
  words: 'network remove',
  summary: text(
    'убрать именованную сеть, на которую ничто не ссылается',
    'remove a named network that nothing refers to',
  ),
  args: [{ name: 'NAME' }],
  options: yesOption,
  async run(session, input) {
    const name = input.arg(0);
    confirm(input, `именованная сеть ${name} будет удалена`, `the named network ${name} will be removed`);
    const result = await session.ask(adminLists.removeNetwork, { name });
    return session.show(result, () => '');
  },
};

export const listCommands: Command[] = [
  show('white', 'белый', 'white'),
  show('black', 'чёрный', 'black'),
  networks,
  ...[add, change, remove],
  ...listFileCommands,
  ...[addNetwork, changeNetwork, removeNetwork],
  ...networkFileCommands,
];
