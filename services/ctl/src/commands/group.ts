// pochtar group: list, create, update, delete.
import { adminGroup, type GroupInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { text } from '../language.ts';
import { table } from '../output.ts';
import { noteNext, pageOf, pageOptions } from '../paging.ts';
import type { Session } from '../session.ts';

function groupTable(session: Session, groups: readonly GroupInfo[]): string {
  const header = [text('Группа', 'Group'), text('Имя', 'Name'), text('Участники', 'Members')];
  return table(
    header.map((title) => session.say(title)),
    groups.map(({ address, name, members, memberCount }) => {
      const more = memberCount > members.length ? `, … (${memberCount})` : '';
      return [address, name, `${members.join(', ')}${more}`];
    }),
  );
}

const nameOption = { name: { value: 'TEXT', help: text('имя группы', 'name of the group') } };

export const groupCommands: Command[] = [
  {
    words: 'group list',
    summary: text('группы рассылки', 'distribution groups'),
    options: pageOptions,
    async run(session, input) {
      const result = await session.ask(adminGroup.list, pageOf(input));
      const code = await session.show(result, () => groupTable(session, result.groups));
      noteNext(session, result.next);
      return code;
    },
  },
  {
    words: 'group members',
    summary: text('все участники группы', 'all members of a group'),
    args: [{ name: 'ADDRESS' }],
    async run(session, input) {
      const result = await session.askWhole(adminGroup.members, { address: input.arg(0), limit: 1000 });
      return session.show(result, () => result.members.join('\n'));
    },
  },
  {
    words: 'group create',
    summary: text('добавить группу', 'add a group'),
    args: [{ name: 'ADDRESS' }, { name: 'MEMBER', isMany: true, isOptional: true }],
    options: nameOption,
    async run(session, input) {
      const request = {
        address: input.arg(0),
        name: input.option('name') ?? '',
        members: input.args.slice(1),
      };
      const result = await session.ask(adminGroup.create, request);
      return session.show(result, () => groupTable(session, [result.group]));
    },
  },
  {
    words: 'group update',
    summary: text('изменить имя или участников', 'change name or members'),
    args: [{ name: 'ADDRESS' }],
    options: {
      ...nameOption,
      add: { value: 'MEMBER', isMany: true, help: text('добавить участника', 'add a member') },
      remove: { value: 'MEMBER', isMany: true, help: text('убрать участника', 'take a member out') },
    },
    async run(session, input) {
      const name = input.option('name');
      const result = await session.ask(adminGroup.update, {
        address: input.arg(0),
        add: input.options('add'),
        remove: input.options('remove'),
        ...(name !== undefined && { name }),
      });
      return session.show(result, () => groupTable(session, [result.group]));
    },
  },
  {
    words: 'group delete',
    summary: text('удалить группу', 'remove a group'),
    args: [{ name: 'ADDRESS' }],
    async run(session, input) {
      const result = await session.ask(adminGroup.delete, { address: input.arg(0) });
      return session.show(result, () => '');
    },
  },
];
