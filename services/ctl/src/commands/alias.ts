// pochtar alias: list, create, update, delete.
import { adminAlias, type AliasInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { text } from '../language.ts';
import { table } from '../output.ts';
import { noteNext, pageOf, pageOptions } from '../paging.ts';
import type { Session } from '../session.ts';

function aliasTable(session: Session, aliases: readonly AliasInfo[]): string {
  const header = [session.say(text('Псевдоним', 'Alias')), session.say(text('Ведёт на', 'Leads to'))];
  return table(
    header,
    aliases.map((alias) => [alias.address, alias.targets.join(', ')]),
  );
}

const args = [{ name: 'ADDRESS' }, { name: 'TARGET', isMany: true }];

export const aliasCommands: Command[] = [
  {
    words: 'alias list',
    summary: text('псевдонимы', 'aliases'),
    options: pageOptions,
    async run(session, input) {
      const result = await session.ask(adminAlias.list, pageOf(input));
      const code = await session.show(result, () => aliasTable(session, result.aliases));
      noteNext(session, result.next);
      return code;
    },
  },
  {
    words: 'alias create',
    summary: text('добавить псевдоним', 'add an alias'),
    args,
    async run(session, input) {
      const request = { address: input.arg(0), targets: input.args.slice(1) };
      const result = await session.ask(adminAlias.create, request);
      return session.show(result, () => aliasTable(session, [result.alias]));
    },
  },
  {
    words: 'alias update',
    summary: text('заменить адреса, на которые он ведёт', 'replace the addresses it leads to'),
    args,
    async run(session, input) {
      const request = { address: input.arg(0), targets: input.args.slice(1) };
      const result = await session.ask(adminAlias.update, request);
      return session.show(result, () => aliasTable(session, [result.alias]));
    },
  },
  {
    words: 'alias delete',
    summary: text('удалить псевдоним', 'remove an alias'),
    args: [{ name: 'ADDRESS' }],
    async run(session, input) {
      const result = await session.ask(adminAlias.delete, { address: input.arg(0) });
      return session.show(result, () => '');
    },
  },
];
