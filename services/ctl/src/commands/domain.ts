// pochtar domain: list, create, delete.
import { adminDomain, type DomainInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { text } from '../language.ts';
import { table, time } from '../output.ts';
import type { Session } from '../session.ts';

function domainTable(session: Session, domains: readonly DomainInfo[]): string {
  const header = [
    text('Домен', 'Domain'),
    text('Ящики', 'Accounts'),
    text('Псевдонимы', 'Aliases'),
    text('Группы', 'Groups'),
    text('Создан', 'Created'),
  ].map((title) => session.say(title));
  const rows = domains.map((domain) => [
    domain.name,
    String(domain.accounts),
    String(domain.aliases),
    String(domain.groups),
    time(domain.createdAt),
  ]);
  return table(header, rows);
}

export const domainCommands: Command[] = [
  {
    words: 'domain list',
    summary: text('локальные домены', 'the local domains'),
    async run(session) {
      const result = await session.ask(adminDomain.list, {});
      return session.show(result, () => domainTable(session, result.domains));
    },
  },
  {
    words: 'domain create',
    summary: text('добавить домен', 'add a domain'),
    args: [{ name: 'DOMAIN' }],
    options: {
      postmaster: {
        value: 'ADDRESS',
        help: text(
          'куда идёт почта для postmaster этого домена',
          'where mail for the postmaster of the domain goes',
        ),
      },
    },
    async run(session, input) {
      const postmaster = input.option('postmaster');
      const request = { name: input.arg(0), ...(postmaster !== undefined && { postmaster }) };
      const result = await session.ask(adminDomain.create, request);
      return session.show(result, () => domainTable(session, [result.domain]));
    },
  },
  {
    words: 'domain delete',
    summary: text('удалить пустой домен', 'remove an empty domain'),
    args: [{ name: 'DOMAIN' }],
    options: yesOption,
    async run(session, input) {
      const name = input.arg(0);
      confirm(input, `домен ${name} будет удалён`, `the domain ${name} will be removed`);
      const result = await session.ask(adminDomain.delete, { name });
      return session.show(result, () => '');
    },
  },
];
