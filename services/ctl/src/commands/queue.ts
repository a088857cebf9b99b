// pochtar queue: list, show, and what can be done with mails: retry, hold, release, delete, return, redirect.
import { adminQueue, type QueueOutcome } from '@pochtar/bus';
import type { Command, Option } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type Input, UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { list, table, time } from '../output.ts';
import type { Session } from '../session.ts';
import { queueTable } from './queue-table.ts';

const filterOptions: Record<string, Option> = {
  state: {
    value: 'STATE',
    help: text('active, parked, held или scheduled', 'active, parked, held or scheduled'),
  },
  sender: { value: 'TEXT', help: text('часть адреса отправителя', "part of the sender's address") },
  recipient: { value: 'TEXT', help: text('часть адреса получателя', "part of a recipient's address") },
};

const states = ['active', 'parked', 'held', 'scheduled'] as const;

function filterOf(input: Input) {
  const state = input.option('state');
  const known = states.find((one) => one === state);
  if (state !== undefined && known === undefined) {
    throw new UsageError(
      text(`--state: укажите одно из ${states.join(', ')}`, `--state: give one of ${states.join(', ')}`),
    );
  }
  return { state: known, sender: input.option('sender'), recipient: input.option('recipient') };
}

const listQueue: Command = {
  words: 'queue list',
  summary: text('письма в очереди, старые первыми', 'mails in the queue, oldest first'),
  options: {
    ...filterOptions,
    after: { value: 'MAIL', help: text('продолжить после этого письма', 'go on after this mail') },
    limit: { value: 'N', help: text('не больше стольких строк (50)', 'at most this many lines (50)') },
  },
  async run(session, input) {
    const limit = input.number('limit', { min: 1, max: 200 }) ?? 50;
    const request = { ...filterOf(input), after: input.option('after'), limit };
    const result = await session.ask(adminQueue.list, request);
    const code = await session.show(result, () => queueTable(session, result.mails));
    session.note(text(`всего: ${result.total}`, `in all: ${result.total}`));
    if (result.next !== null)
      session.note(text(`дальше: --after ${result.next}`, `more: --after ${result.next}`));
    return code;
  },
};

const showMail: Command = {
  words: 'queue show',
  summary: text('одно письмо очереди подробно', 'one mail of the queue in full'),
  args: [{ name: 'MAIL' }],
  async run(session, input) {
    const result = await session.ask(adminQueue.show, { mail: input.arg(0) });
    const { mail } = result;
    return session.show(result, () =>
      [
        list([
          [session.say(text('Письмо', 'Mail')), mail.mail],
          [session.say(text('Тема', 'Subject')), result.subject],
          [session.say(text('От', 'From')), `<${mail.reversePath}>`],
          [session.say(text('Клиент', 'Client')), `${result.clientAddress ?? ''} ${result.helo}`.trim()],
          [session.say(text('Принято', 'Accepted')), time(mail.acceptedAt)],
          [
            session.say(text('Состояние', 'State')),
            `${mail.state} (${mail.step}) ${mail.reason ?? ''}`.trim(),
          ],
        ]),
        table(
          [
            text('Кому', 'To'),
            text('Куда', 'Route'),
            text('Попытка', 'Next try'),
            text('Ответ', 'Last reply'),
          ].map((title) => session.say(title)),
          mail.recipients.map((one) => [
            one.address,
            one.destination ?? one.route,
            time(one.dueAt),
            one.lastReply ?? '',
          ]),
        ),
        table(
          [text('Фильтр', 'Filter'), text('Решение', 'Verdict'), text('Причина', 'Reason')].map((title) =>
            session.say(title),
          ),
          result.verdicts.map((verdict) => [verdict.filter, verdict.result, verdict.reason]),
        ),
      ]
        .filter((part) => part !== '')
        .join('\n'),
    );
  },
};

const PAGE = 200;

type Act = (mails: string[]) => Promise<QueueOutcome>;

/** Does it with the named mails, or with `--all` that the filter finds, page by page. */
async function actOn(session: Session, input: Input, act: Act): Promise<ExitCode> {
  const outcome: QueueOutcome = { done: [], skipped: [] };
  const add = ({ done, skipped }: QueueOutcome): void => {
    outcome.done.push(...done);
    outcome.skipped.push(...skipped);
  };
  if (!input.flag('all')) {
    if (input.args.length === 0) {
      throw new UsageError(text('назовите письма или укажите --all', 'name the mails or give --all'));
    }
    for (let at = 0; at < input.args.length; at += PAGE) add(await act(input.args.slice(at, at + PAGE)));
  } else {
    const filter = filterOf(input);
    let after: string | undefined;
    do {
      const page = await session.ask(adminQueue.list, { ...filter, after, limit: PAGE });
      if (page.mails.length > 0) add(await act(page.mails.map((mail) => mail.mail)));
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
  await session.show(outcome, () => outcome.done.map((mail) => `${mail}\n`).join(''));
  if (outcome.skipped.length === 0) return exitCode.done;
  const names = outcome.skipped.join(', ');
  session.note(text(`пропущены: ${names}`, `skipped: ${names}`));
  return outcome.done.length > 0 || input.flag('all') ? exitCode.done : exitCode.refused;
}

const allOption: Record<string, Option> = {
  all: { help: text('все, которые находит отбор', 'all that the filter finds') },
  ...filterOptions,
};
const args = [{ name: 'MAIL', isMany: true, isOptional: true }];

function action(verb: 'retry' | 'hold' | 'release' | 'delete' | 'return', summary: Text): Command {
  const isFinal = verb === 'delete' || verb === 'return';
  return {
    words: `queue ${verb}`,
    summary,
    args,
    options: isFinal ? { ...allOption, ...yesOption } : allOption,
    async run(session, input) {
      if (isFinal) confirm(input, 'письма уйдут из очереди', 'the mails will leave the queue');
      return actOn(session, input, (mails) => session.ask(adminQueue[verb], { mails }));
    },
  };
}

const redirect: Command = {
  words: 'queue redirect',
  summary: text('отправить письма на другой адрес', 'send mails to another address'),
  args,
  options: { ...allOption, to: { value: 'ADDRESS', help: text('куда', 'where to') } },
  async run(session, input) {
    const to = input.option('to');
    if (to === undefined)
      throw new UsageError(text('укажите адрес: --to ADDRESS', 'give the address: --to ADDRESS'));
    return actOn(session, input, (mails) => session.ask(adminQueue.redirect, { mails, to }));
  },
};

export const queueCommands: Command[] = [
  listQueue,
  showMail,
  action('retry', text('отправить сейчас', 'try now')),
  action('hold', text('задержать', 'keep until released')),
  action('release', text('отпустить задержанные', 'let held mails go on')),
  action('delete', text('удалить; никто не узнает', 'remove; nobody is told')),
  action('return', text('вернуть отправителям', 'give up; the senders are told')),
  redirect,
];
