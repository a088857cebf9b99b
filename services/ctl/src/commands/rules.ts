// pochtar rules: the mail rules (Sieve scripts, RFC 5228) of a mailbox.
import { readFile } from 'node:fs/promises';
import { adminRules, type RulesInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { orComplain } from '../files.ts';
import { text } from '../language.ts';
import { plain, size, table, time } from '../output.ts';
import type { Session } from '../session.ts';

function rulesTable(session: Session, all: readonly RulesInfo[]): string {
  const header = [
    session.say(text('Правила', 'Rules')),
    session.say(text('Действуют', 'Active')),
    session.say(text('Размер', 'Size')),
    session.say(text('Изменены', 'Changed')),
  ];
  const yes = session.say(text('да', 'yes'));
  return table(
    header,
    all.map(({ name, bytes, isActive, updatedAt }) => [
      name,
      isActive ? yes : '',
      size(bytes),
      time(updatedAt),
    ]),
  );
}

const ofMailbox = [{ name: 'ADDRESS' }, { name: 'NAME' }];

export const rulesCommands: Command[] = [
  {
    words: 'rules list',
    summary: text('правила ящика', 'the rules of a mailbox'),
    args: [{ name: 'ADDRESS' }],
    async run(session, input) {
      const result = await session.ask(adminRules.list, { address: input.arg(0) });
      return session.show(result, () => rulesTable(session, result.rules));
    },
  },
  {
    words: 'rules show',
    summary: text('текст правил', 'the text of rules'),
    args: ofMailbox,
    async run(session, input) {
      const result = await session.ask(adminRules.show, { address: input.arg(0), name: input.arg(1) });
      return session.show(result, () => result.content.split(/\r?\n/).map(plain).join('\n'));
    },
  },
  {
    words: 'rules save',
    summary: text('сохранить правила из файла', 'save rules from a file'),
    details: text(
      'Файл на языке Sieve (RFC 5228). С --activate правила сразу начинают действовать вместо прежних.',
      'A file in the language Sieve (RFC 5228). With --activate they decide on mail from now on, in place of the former ones.',
    ),
    args: [...ofMailbox, { name: 'FILE' }],
    options: { activate: { help: text('и включить их', 'and let them decide') } },
    async run(session, input) {
      const file = input.arg(2);
      const content = (await orComplain(file, () => readFile(file))).toString('utf8');
      const [address, name] = [input.arg(0), input.arg(1)];
      const isActive = input.flag('activate');
      const result = await session.ask(adminRules.save, { address, name, content, isActive });
      return session.show(result, () => '');
    },
  },
  {
    words: 'rules activate',
    summary: text('включить правила вместо прежних', 'let rules decide, in place of the former ones'),
    args: ofMailbox,
    async run(session, input) {
      const result = await session.ask(adminRules.activate, { address: input.arg(0), name: input.arg(1) });
      return session.show(result, () => '');
    },
  },
  {
    words: 'rules deactivate',
    summary: text('выключить правила ящика', 'let no rules decide on the mail of a mailbox'),
    args: [{ name: 'ADDRESS' }],
    async run(session, input) {
      const result = await session.ask(adminRules.activate, { address: input.arg(0), name: null });
      return session.show(result, () => '');
    },
  },
  {
    words: 'rules rename',
    summary: text('переименовать правила', 'rename rules'),
    args: [...ofMailbox, { name: 'TO' }],
    async run(session, input) {
      const [address, name, to] = [input.arg(0), input.arg(1), input.arg(2)];
      const result = await session.ask(adminRules.rename, { address, name, to });
      return session.show(result, () => '');
    },
  },
  {
    words: 'rules remove',
    summary: text('удалить правила, которые не действуют', 'remove rules that are not active'),
    args: ofMailbox,
    async run(session, input) {
      const result = await session.ask(adminRules.remove, { address: input.arg(0), name: input.arg(1) });
      return session.show(result, () => '');
    },
  },
];
