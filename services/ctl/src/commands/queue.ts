// pochtar queue: list, show, and what can be done with mails: retry, hold, release, delete, return, redirect.
import { adminQueue, heldBy, MOST_AT_ONCE, type QueueActionName, type QueueOutcome } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type Input, UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { list, table, time } from '../output.ts';
import type { Session } from '../session.ts';
import type { Option } from '../syntax.ts';
import { isOver, watchTask } from '../watch-task.ts';
import { queuePlan } from './queue-plan.ts';
import { queueTable, stateOf } from './queue-table.ts';

const holdOptions: Record<string, Option> = {
  'held-by': {
    value: 'KIND',
    help: text(
      'кто задержал: filter, poison (сбой обработки), person или volume',
      'who holds: filter, poison, person or volume',
    ),
  },
  filter: {
    value: 'NAME',
    help: text('задержанные этим фильтром, например antivirus', 'held by this filter, such as antivirus'),
  },
};

const filterOptions: Record<string, Option> = {
  state: {
    value: 'STATE',
    help: text('active, parked, held или scheduled', 'active, parked, held or scheduled'),
  },
  ...holdOptions,
  sender: { value: 'TEXT', help: text('часть адреса отправителя', "part of the sender's address") },
  recipient: { value: 'TEXT', help: text('часть адреса получателя', "part of a recipient's address") },
  destination: {
    value: 'DOMAIN',
    help: text('домен получателя или направление', 'the domain of a recipient, or where the mail goes'),
  },
  reason: { value: 'TEXT', help: text('слова причины', 'words of the reason') },
  'older-than': { value: 'MINUTES', help: text('в очереди дольше, минут', 'longer in the queue, minutes') },
};

const states = ['active', 'parked', 'held', 'scheduled'] as const;

/** How a mail is held; a filter is named by itself. */
function holdOf(input: Input) {
  const filter = input.option('filter');
  const kind = input.word('held-by', heldBy.options);
  if (filter !== undefined && kind !== undefined && kind !== 'filter') {
    throw new UsageError(
      text(
        `--filter: не вместе с --held-by ${kind}: фильтр задерживает сам`,
        `--filter: not together with --held-by ${kind}: a filter holds by itself`,
      ),
    );
  }
  return { heldBy: filter === undefined ? kind : ('filter' as const), filter };
}

function filterOf(input: Input) {
  return {
    state: input.word('state', states),
    ...holdOf(input),
    sender: input.option('sender'),
    recipient: input.option('recipient'),
    destination: input.option('destination'),
    reason: input.option('reason'),
    olderThanMinutes: input.number('older-than', { min: 0, max: 1_000_000 }),
  };
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
    if (result.searchedUntil === null) {
      const more = result.isTotalExact ? ['', ''] : ['больше ', 'more than '];
      session.note(text(`всего: ${more[0]}${result.total}`, `in all: ${more[1]}${result.total}`));
    } else {
      const until = time(result.searchedUntil);
      session.note(text(`просмотрено принятое до ${until}`, `searched what was accepted until ${until}`));
    }
    if (result.next !== null)
      session.note(text(`дальше: --after ${result.next}`, `more: --after ${result.next}`));
    return code;
  },
};

const showMail: Command = {
  words: 'queue show',
  summary: text('одно письмо очереди подробно', 'one mail of the queue in full'),
  args: [{ name: 'MAIL' }],
  options: {
    after: { value: 'ADDRESS', help: text('получатели после этого', 'the recipients after this one') },
  },
  async run(session, input) {
    const result = await session.ask(adminQueue.show, { mail: input.arg(0), after: input.option('after') });
    const { mail } = result;
    const code = await session.show(result, () =>
      [
        list([
          [session.say(text('Письмо', 'Mail')), mail.mail],
          [session.say(text('Тема', 'Subject')), result.subject],
          [session.say(text('От', 'From')), `<${mail.reversePath}>`],
          [session.say(text('Клиент', 'Client')), `${result.clientAddress ?? ''} ${result.helo}`.trim()],
          [session.say(text('Принято', 'Accepted')), time(mail.acceptedAt)],
          [
            session.say(text('Состояние', 'State')),
            `${stateOf(session, mail)} (${mail.step}) ${mail.reason ?? ''}`.trim(),
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
          result.verdicts.map(({ filter, recipient, result: said, reason }) => [
            recipient === '' ? filter : `${filter} (${recipient})`,
            said,
            reason,
          ]),
        ),
      ]
        .filter((part) => part !== '')
        .join('\n'),
    );
    if (result.next !== null) {
      const next = `--after ${result.next}`;
      session.note(
        text(
          `получателей ${mail.recipientCount}, дальше: ${next}`,
          `${mail.recipientCount} recipients, more: ${next}`,
        ),
      );
    }
    return code;
  },
};

const destinations: Command = {
  words: 'queue destinations',
  summary: text('очередь по направлениям', 'the queue by destination'),
  async run(session) {
    const result = await session.ask(adminQueue.destinations, {});
    const header = [
      ...[text('Куда', 'Where to'), text('Ждёт', 'Waiting')],
      ...[
        text('до 1 ч', 'up to 1 h'),
        text('1–5 ч', '1–5 h'),
        text('5–24 ч', '5–24 h'),
        text('> 24 ч', '> 24 h'),
      ],
      ...[text('Попытка', 'Next try'), text('Ответ', 'Last reply')],
    ].map((title) => session.say(title));
    const rows = result.destinations.map((one) => [
      one.destination,
      ...[one.waiting, ...one.byAge].map(String),
      one.pausedBy === null
        ? time(one.probeAt ?? one.nextAt)
        : session.say(text(`пауза (${one.pausedBy})`, `paused (${one.pausedBy})`)),
      one.lastReply ?? '',
    ]);
    return session.show(result, () => table(header, rows));
  },
};

const destinationArg = [{ name: 'DESTINATION' }];
const pausing: Command[] = [
  {
    words: 'queue pause',
    summary: text(
      'ничего не отправлять по направлению, пока его не продолжат',
      'send nothing to a destination until it is resumed',
    ),
    args: destinationArg,
    async run(session, input) {
      const result = await session.ask(adminQueue.pause, { destination: input.arg(0) });
      return session.show(result, () => `${result.destination}\n`);
    },
  },
  {
    words: 'queue resume',
    summary: text('продолжить отправку по направлению', 'send to a paused destination again'),
    args: destinationArg,
    async run(session, input) {
      const result = await session.ask(adminQueue.resume, { destination: input.arg(0) });
      return session.show(result, () => `${result.destination}\n`);
    },
  },
];

const PAGE = 200;

interface Act {
  name: QueueActionName;
  /** With some mails, while somebody waits. */
  some: (mails: string[]) => Promise<QueueOutcome>;
  /** Of a redirection. */
  to?: string;
}

/** Many mails are a task of the server, which goes on when nobody watches. */
async function actAsTask(session: Session, input: Input, { name, to }: Act): Promise<ExitCode> {
  const begun = await session.ask(adminQueue.begin, { ...filterOf(input), action: name, to });
  const { id, total } = begun.task;
  session.note(
    text(
      `задача ${id}: писем ${total}; следить — pochtar task watch ${id}`,
      `task ${id}: ${total} mails; to follow it: pochtar task watch ${id}`,
    ),
  );
  const task = input.flag('no-watch') ? begun.task : await watchTask(session, id);
  const { changed, skipped, state, fault } = task;
  for (const [reason, count] of Object.entries(skipped))
    session.note(text(`пропущено (${reason}): ${count}`, `skipped (${reason}): ${count}`));
  if (fault !== null) session.note(text(fault, fault));
  await session.show({ task }, () => `${changed}\n`);
  return isOver(task) && state !== 'done' ? exitCode.refused : exitCode.done;
}

/** Does it with the named mails, or with `--all` that the filter finds. */
async function actOn(session: Session, input: Input, act: Act): Promise<ExitCode> {
  const outcome: QueueOutcome = { done: [], skipped: [], unknown: [], complaints: [] };
  const add = ({ done, skipped, unknown, complaints }: QueueOutcome): void => {
    outcome.complaints.push(...complaints);
    outcome.done.push(...done);
    outcome.skipped.push(...skipped);
    outcome.unknown.push(...unknown);
  };
  if (!input.flag('all')) {
    if (input.flag('dry-run'))
      throw new UsageError(text('--dry-run: только вместе с --all', '--dry-run: only together with --all'));
    if (input.args.length === 0) {
      throw new UsageError(text('назовите письма или укажите --all', 'name the mails or give --all'));
    }
    for (let at = 0; at < input.args.length; at += PAGE) add(await act.some(input.args.slice(at, at + PAGE)));
  } else {
    // The set is fixed first: what arrives meanwhile is not touched.
    const { mails, isCut } = await session.ask(adminQueue.matching, filterOf(input));
    if (input.flag('dry-run')) {
      if (isCut) session.note(text(`только первые ${mails.length}`, `only the first ${mails.length}`));
      return session.show({ mails }, () => mails.map((mail) => `${mail}\n`).join(''));
    }
    if (mails.length > MOST_AT_ONCE) return actAsTask(session, input, act);
    for (let at = 0; at < mails.length; at += PAGE) add(await act.some(mails.slice(at, at + PAGE)));
  }
  await session.show(outcome, () => outcome.done.map((mail) => `${mail}\n`).join(''));
  if (outcome.skipped.length === 0) return exitCode.done;
  const names = outcome.skipped.join(', ');
  session.note(text(`пропущены: ${names}`, `skipped: ${names}`));
  for (const { mail, problem } of outcome.complaints) {
    session.note(text(`${mail}: ${problem.message.ru}`, `${mail}: ${problem.message.en}`));
  }
  return outcome.done.length > 0 || input.flag('all') ? exitCode.done : exitCode.refused;
}

/** How the mails are held that the filter finds, each way with its count. */
async function holdsAmong(session: Session, input: Input): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const filter = { ...filterOf(input), state: 'held' as const };
  let after: string | undefined;
  do {
    const page = await session.ask(adminQueue.list, { ...filter, after, limit: PAGE });
    for (const mail of page.mails) {
      const way =
        mail.heldFilter === null ? `--held-by ${mail.heldBy ?? 'person'}` : `--filter ${mail.heldFilter}`;
      found.set(way, (found.get(way) ?? 0) + 1);
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return found;
}

/**
 * One act lets go what is held in one way. `--all` therefore names it, and a quarantine by its filter; mails that are
 * named one by one may be of one kind only, which delivery sees to.
 */
async function demandOneKind(session: Session, input: Input, isRelease: boolean): Promise<void> {
  if (!input.flag('all')) return;
  const { heldBy: kind, filter } = holdOf(input);
  if (filter !== undefined || (kind !== undefined && kind !== 'filter')) return;
  const { state } = filterOf(input);
  if (state !== undefined && state !== 'held') return;
  const found = await holdsAmong(session, input);
  if (found.size === 0 && !isRelease) return;
  const ways = [...found].map(([way, count]) => `${way} (${count})`).join(', ');
  throw new UsageError(
    text(
      `--all: укажите, что отпустить: --held-by poison, person или volume либо --filter ИМЯ; в очереди: ${ways || 'ничего не задержано'}`,
      `--all: say what to let go: --held-by poison, person or volume, or --filter NAME; in the queue: ${ways || 'nothing is held'}`,
    ),
  );
}

const allOption: Record<string, Option> = {
  all: { help: text('все, которые находит отбор', 'all that the filter finds') },
  'dry-run': { help: text('с --all: только показать их', 'with --all: only show them') },
  'no-watch': {
    help: text(
      'больше 500 писем — это задача сервера: не ждать её конца',
      'more than 500 mails are a task of the server: do not wait for its end',
    ),
  },
  ...filterOptions,
};
const args = [{ name: 'MAIL', isMany: true, isOptional: true }];

function action(verb: 'retry' | 'hold' | 'delete' | 'return', summary: Text): Command {
  const isFinal = verb === 'delete' || verb === 'return';
  return {
    words: `queue ${verb}`,
    summary,
    args,
    options: isFinal ? { ...allOption, ...yesOption } : allOption,
    async run(session, input) {
      if (isFinal && !input.flag('dry-run'))
        confirm(input, 'письма уйдут из очереди', 'the mails will leave the queue');
      return actOn(session, input, { name: verb, some: (mails) => session.ask(adminQueue[verb], { mails }) });
    },
  };
}

const release: Command = {
  words: 'queue release',
  summary: text('отпустить задержанные', 'let held mails go on'),
  args,
  options: {
    ...allOption,
    unscanned: {
      help: text(
        'названные письма проходят фильтр --filter без проверки',
        'the named mails pass the filter --filter without its look',
      ),
    },
  },
  async run(session, input) {
    const isUnscanned = input.flag('unscanned');
    if (isUnscanned && (input.flag('all') || input.option('filter') === undefined)) {
      throw new UsageError(
        text(
          '--unscanned: назовите письма и фильтр: queue release MAIL --filter ИМЯ --unscanned',
          '--unscanned: name the mails and the filter: queue release MAIL --filter NAME --unscanned',
        ),
      );
    }
    await demandOneKind(session, input, true);
    return actOn(session, input, {
      name: 'release',
      some: (mails) =>
        session.ask(adminQueue.release, { mails, ...holdOf(input), ...(isUnscanned && { isUnscanned }) }),
    });
  },
};

const redirect: Command = {
  words: 'queue redirect',
  summary: text('отправить письма на другой адрес', 'send mails to another address'),
  args,
  options: { ...allOption, to: { value: 'ADDRESS', help: text('куда', 'where to') } },
  async run(session, input) {
    const to = input.option('to');
    if (to === undefined)
      throw new UsageError(text('укажите адрес: --to ADDRESS', 'give the address: --to ADDRESS'));
    await demandOneKind(session, input, false);
    return actOn(session, input, {
      ...{ name: 'redirect', to },
      some: (mails) => session.ask(adminQueue.redirect, { mails, to, ...holdOf(input) }),
    });
  },
};

const sendTest: Command = {
  words: 'queue send-test',
  summary: text('отправить пробное письмо от сервера', 'send a test mail of the server'),
  args: [{ name: 'ADDRESS' }],
  options: {
    from: { value: 'DOMAIN', help: text('от postmaster этого домена', 'from the postmaster of this domain') },
  },
  async run(session, input) {
    const sent = await session.ask(adminQueue.sendTest, { to: input.arg(0), domain: input.option('from') });
    const line = `pochtar trace show ${sent.mail}`;
    return session.show(sent, () =>
      session.say(
        text(
          `Отправлено от ${sent.from}. Путь письма: ${line}\n`,
          `Sent from ${sent.from}. Its way: ${line}\n`,
        ),
      ),
    );
  },
};

export const queueCommands: Command[] = [
  listQueue,
  destinations,
  ...pausing,
  queuePlan,
  showMail,
  action('retry', text('отправить сейчас', 'try now')),
  action('hold', text('задержать', 'keep until released')),
  release,
  action('delete', text('удалить; никто не узнает', 'remove; nobody is told')),
  action('return', text('вернуть отправителям', 'give up; the senders are told')),
  redirect,
  sendTest,
];
