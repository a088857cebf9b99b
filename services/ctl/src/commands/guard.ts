// pochtar guard: local client addresses that many strangers seem to stand behind: list, confirm, revoke.
import { adminGuard, type GuardedClientInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { text } from '../language.ts';
import { table, time } from '../output.ts';
import type { Session } from '../session.ts';

const states = {
  suspended: text('доверие приостановлено', 'trust suspended'),
  confirmed: text('подтверждён', 'confirmed'),
  counted: text('считается', 'counted'),
} as const;

function clientTable(session: Session, clients: readonly GuardedClientInfo[]): string {
  const header = [
    text('Адрес', 'Address'),
    text('Состояние', 'State'),
    text('С', 'Since'),
    text('Доменов за сутки', 'Domains within a day'),
    text('Последние', 'Latest'),
    text('Подтвердил', 'Confirmed by'),
  ];
  return table(
    header.map((title) => session.say(title)),
    clients.map(({ address, state, confirmedAt, suspendedAt, firstAt, domains, latest, confirmedBy }) => [
      ...[address, session.say(states[state]), time(confirmedAt ?? suspendedAt ?? firstAt)],
      ...[String(domains), latest.join(' '), confirmedBy ?? ''],
    ]),
  );
}

export const guardCommands: Command[] = [
  {
    words: 'guard list',
    summary: text(
      'локальные адреса, за которыми, похоже, много клиентов',
      'local addresses that many clients seem to stand behind',
    ),
    options: {
      all: { help: text('и те, что пока только считаются', 'those too that are only counted yet') },
    },
    async run(session, input) {
      const clients: GuardedClientInfo[] = [];
      for (let after: number | null = 0; after !== null; ) {
        const request = { all: input.flag('all'), limit: 500, after };
        const page: { clients: GuardedClientInfo[]; next: number | null } = await session.ask(
          adminGuard.list,
          request,
        );
        clients.push(...page.clients);
        after = page.next;
      }
      return session.show({ clients }, () => clientTable(session, clients));
    },
  },
  {
    words: 'guard confirm',
    summary: text(
      'подтвердить, что адрес — один клиент: доверять ему, как сказано в списках',
      'confirm that an address is one client: trust it as the lists say',
    ),
    args: [{ name: 'ADDRESS' }],
    async run(session, input) {
      const result = await session.ask(adminGuard.confirm, { address: input.arg(0) });
      return session.show(result, () => `${result.address}\n`);
    },
  },
  {
    words: 'guard revoke',
    summary: text(
      'отозвать подтверждение: судить об адресе по тому, кто через него пишет',
      'revoke a confirmation: judge the address by who sends through it',
    ),
    args: [{ name: 'ADDRESS' }],
    async run(session, input) {
      const result = await session.ask(adminGuard.revoke, { address: input.arg(0) });
      const state = session.say(result.isSuspended ? states.suspended : states.counted);
      return session.show(result, () => `${result.address}: ${state}\n`);
    },
  },
];
