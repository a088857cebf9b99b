// pochtar domain: list, create, delete.
import { adminDomain, adminDomainDns, type DomainDns, type DomainInfo } from '@pochtar/bus';
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

const states: Record<DomainDns['records'][number]['state'], ReturnType<typeof text>> = {
  notChecked: text('не проверялось', 'not checked'),
  ok: text('есть', 'there'),
  missing: text('нет', 'missing'),
  wrong: text('не то', 'different'),
  unknown: text('неизвестно', 'unknown'),
  later: text('сначала создайте ключ', 'make the key first'),
};

function dnsTable(session: Session, { records, checkedAt, source }: DomainDns): string {
  const header = [
    text('Запись', 'Record'),
    text('Тип', 'Type'),
    text('Значение', 'Value'),
    text('Состояние', 'State'),
    text('Сейчас в DNS', 'In the DNS now'),
  ].map((title) => session.say(title));
  const rows = records.map(({ name, type, value, state, isOptional, found, remark }) => [
    name,
    type,
    value ?? '—',
    session.say(states[state]) + (isOptional ? session.say(text(' (необязательно)', ' (optional)')) : ''),
    [...found, ...(remark === null ? [] : [session.say(remark)])].join('; '),
  ]);
  const silent = text(
    'DNS не ответил: проверить записи сейчас нельзя',
    'the DNS did not answer: the records cannot be checked now',
  );
  const last = checkedAt === null ? '' : `${session.say(text('Проверено', 'Checked'))}: ${time(checkedAt)}\n`;
  return `${table(header, rows)}${last}${source === 'nobody' ? `${session.say(silent)}\n` : ''}`;
}

const dns: Command = {
  words: 'domain dns',
  summary: text(
    'какие записи нужны домену в DNS, и есть ли они',
    'which records a domain needs in the DNS, and whether they are there',
  ),
  args: [{ name: 'DOMAIN' }],
  options: {
    check: { help: text('спросить DNS сейчас', 'ask the DNS now') },
    address: {
      value: 'ADDRESS',
      help: text(
        'внешний адрес сервера, если он за NAT',
        'the public address of the server, when it is behind NAT',
      ),
    },
    zone: { help: text('файлом зоны', 'as a zone file') },
  },
  async run(session, input) {
    const name = input.arg(0);
    const address = input.option('address');
    const isAsked = input.flag('check') || address !== undefined;
    const result = isAsked
      ? await session.ask(adminDomainDns.check, {
          name,
          ...(address !== undefined && { addresses: [address] }),
        })
      : await session.ask(adminDomainDns.show, { name });
    return session.show(result, () => (input.flag('zone') ? result.zoneFile : dnsTable(session, result)));
  },
};

export const domainCommands: Command[] = [
  dns,
  {
    words: 'domain list',
    summary: text('локальные домены', 'the local domains'),
    async run(session) {
      const result = await session.askWhole(adminDomain.list, {});
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
