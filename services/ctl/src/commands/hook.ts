// pochtar hook: web hooks: list, add, set, remove, rotate, test, and their ledger.
import { adminHooks, type HookEventInfo, type HookInfo, hookKind } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { exitCode } from '../exit-code.ts';
import { type Input, UsageError } from '../input.ts';
import { text } from '../language.ts';
import { plain, table, time } from '../output.ts';
import { noteNext } from '../paging.ts';
import type { Session } from '../session.ts';
import type { Option } from '../syntax.ts';

const hookStates = {
  on: text('включён', 'on'),
  off: text('выключен', 'off'),
  paused: text('приостановлен', 'paused'),
  failing: text('не принимает', 'takes nothing'),
} as const;

function stateOf({ enabled, pausedAt, failingSince }: HookInfo): keyof typeof hookStates {
  if (!enabled) return 'off';
  if (pausedAt !== null) return 'paused';
  return failingSince === null ? 'on' : 'failing';
}

function hookTable(session: Session, hooks: readonly HookInfo[]): string {
  const header = [
    text('Номер', 'Id'),
    text('Имя', 'Name'),
    text('Состояние', 'State'),
    text('События', 'Events'),
    text('Домены', 'Domains'),
    text('Ждут', 'Waiting'),
    text('Принято', 'Last taken'),
    text('Адрес', 'Address'),
  ];
  const all = session.say(text('все', 'all'));
  return table(
    header.map((title) => session.say(title)),
    hooks.map((hook) => [
      ...[String(hook.id), hook.name, session.say(hookStates[stateOf(hook)]), hook.kinds.join(',')],
      ...[hook.domains?.join(',') ?? all, String(hook.waiting), time(hook.lastSuccessAt), hook.url],
    ]),
  );
}

const eventStates = {
  waiting: text('ждёт', 'waits'),
  sent: text('принято', 'taken'),
  givenUp: text('оставлено', 'given up'),
} as const;
const states = ['waiting', 'sent', 'givenUp'] as const;

function ledgerTable(session: Session, events: readonly HookEventInfo[]): string {
  const header = [
    text('Событие', 'Event'),
    text('Вид', 'Kind'),
    text('Когда', 'When'),
    text('Состояние', 'State'),
    text('Попыток', 'Attempts'),
    text('Следующая', 'Next'),
    text('Ответ', 'Answer'),
    text('Получатель', 'Recipient'),
  ];
  return table(
    header.map((title) => session.say(title)),
    events.map((event) => [
      ...[event.id, event.kind, time(event.occurredAt), session.say(eventStates[event.state])],
      ...[String(event.attempts), time(event.dueAt), answerOf(event), event.recipient ?? ''],
    ]),
  );
}

function answerOf({ lastStatus, lastAnswer }: HookEventInfo): string {
  return [lastStatus === null ? '' : `HTTP ${lastStatus}`, (lastAnswer ?? '').slice(0, 60)].join(' ').trim();
}

const fieldOptions: Record<string, Option> = {
  kinds: {
    value: 'KINDS',
    help: text(
      'через запятую: delivered, bounced, held, refused',
      'separated by commas: delivered, bounced, held, refused',
    ),
  },
  domain: {
    value: 'DOMAIN',
    isMany: true,
    help: text(
      'только о почте этого домена; можно несколько; all — о любой',
      'of mail of this domain only; may be repeated; all: of any',
    ),
  },
  subject: {
    value: 'yes|no',
    help: text('сообщать и тему письма (no)', 'tell the subject too (no)'),
  },
};

function fieldsOf(input: Input) {
  const kinds = input
    .option('kinds')
    ?.split(',')
    .map((one) => one.trim());
  const known = kinds?.map((one) => hookKind.safeParse(one).data);
  const unknown = known?.findIndex((one) => one === undefined) ?? -1;
  if (unknown >= 0) {
    const [word, all] = [kinds?.[unknown] ?? '', hookKind.options.join(', ')];
    throw new UsageError(
      text(`--kinds: «${word}» не событие: есть ${all}`, `--kinds: “${word}” is no event: there are ${all}`),
    );
  }
  const domains = input.options('domain');
  const subject = input.option('subject');
  if (subject !== undefined && subject !== 'yes' && subject !== 'no')
    throw new UsageError(text('--subject: укажите yes или no', '--subject: give yes or no'));
  return {
    ...(known !== undefined && { kinds: known.filter((one) => one !== undefined) }),
    ...(domains.length > 0 && { domains: domains.includes('all') ? null : domains }),
    ...(subject !== undefined && { withSubject: subject === 'yes' }),
  };
}

/** By its number or its name. */
async function hookOf(session: Session, written: string): Promise<HookInfo> {
  const { hooks } = await session.ask(adminHooks.list, {});
  const found = hooks.find(({ id, name }) => String(id) === written || name === written);
  if (found !== undefined) return found;
  throw new UsageError(
    text(
      `HOOK: веб-хука «${written}» нет: номера и имена показывает pochtar hook list`,
      `HOOK: there is no web hook “${written}”: pochtar hook list shows numbers and names`,
    ),
  );
}

const hookArg = { name: 'HOOK' } as const;

function secretLine(session: Session, secret: string): string {
  const once = text('секрет (показывается один раз)', 'secret (shown this once)');
  return `${session.say(once)}: ${plain(secret)}\n`;
}

const add: Command = {
  words: 'hook add',
  summary: text('сообщать программе о почте; покажет секрет', 'tell a program of mail; shows the secret'),
  details: text(
    [
      '  pochtar hook add crm https://crm.example.org/mail --kinds delivered,bounced',
      'Подпись — по Standard Webhooks: заголовки webhook-id, webhook-timestamp, webhook-signature.',
    ].join('\n'),
    [
      '  pochtar hook add crm https://crm.example.org/mail --kinds delivered,bounced',
      'Signed by Standard Webhooks: the headers webhook-id, webhook-timestamp, webhook-signature.',
    ].join('\n'),
  ),
  args: [{ name: 'NAME' }, { name: 'URL' }],
  options: { ...fieldOptions, off: { help: text('пока не включать', 'do not switch it on yet') } },
  async run(session, input) {
    const made = await session.ask(adminHooks.add, {
      ...{ name: input.arg(0), url: input.arg(1), enabled: !input.flag('off') },
      ...{ kinds: [...hookKind.options], ...fieldsOf(input) },
    });
    return session.show(made, () => hookTable(session, [made.hook]) + secretLine(session, made.secret));
  },
};

const set: Command = {
  words: 'hook set',
  summary: text('изменить; приостановленный пойдёт дальше', 'change; one that is paused goes on'),
  args: [hookArg],
  options: {
    ...{ name: { value: 'NAME', help: text('имя', 'the name') } },
    ...{ url: { value: 'URL', help: text('адрес', 'the address') } },
    ...fieldOptions,
    ...{ on: { help: text('включить', 'switch on') }, off: { help: text('выключить', 'switch off') } },
  },
  async run(session, input) {
    const hook = await hookOf(session, input.arg(0));
    if (input.flag('on') && input.flag('off'))
      throw new UsageError(text('--on: не вместе с --off', '--on: not together with --off'));
    const { id, kinds, domains, withSubject } = hook;
    const result = await session.ask(adminHooks.change, {
      ...{ id, kinds, domains, withSubject },
      ...{ name: input.option('name') ?? hook.name, url: input.option('url') ?? hook.url },
      enabled: input.flag('on') || (hook.enabled && !input.flag('off')),
      ...fieldsOf(input),
    });
    return session.show(result, () => hookTable(session, [result.hook]));
  },
};

const ledger: Command = {
  words: 'hook ledger',
  summary: text('что сообщено, что ждёт, что оставлено', 'what was told, what waits, what was given up'),
  args: [hookArg],
  options: {
    state: { value: 'STATE', help: text('waiting, sent или givenUp', 'waiting, sent or givenUp') },
    mail: { value: 'MAIL', help: text('об этом письме', 'of this mail') },
    after: { value: 'EVENT', help: text('продолжить после этого события', 'go on after this event') },
    limit: { value: 'N', help: text('не больше стольких строк (50)', 'at most this many lines (50)') },
  },
  async run(session, input) {
    const given = input.option('state');
    const state = states.find((one) => one === given);
    if (given !== undefined && state === undefined) {
      const all = states.join(', ');
      throw new UsageError(text(`--state: укажите одно из ${all}`, `--state: give one of ${all}`));
    }
    const { id } = await hookOf(session, input.arg(0));
    const result = await session.ask(adminHooks.ledger, {
      ...{ id, state, mail: input.option('mail'), after: input.option('after') },
      limit: input.number('limit', { min: 1, max: 200 }) ?? 50,
    });
    noteNext(session, result.next);
    return session.show(result, () => ledgerTable(session, result.events));
  },
};

export const hookCommands: Command[] = [
  {
    words: 'hook list',
    summary: text('веб-хуки: кому сообщается о почте', 'web hooks: who is told of mail'),
    async run(session) {
      const result = await session.ask(adminHooks.list, {});
      return session.show(result, () => hookTable(session, result.hooks));
    },
  },
  add,
  set,
  {
    words: 'hook remove',
    summary: text('удалить вместе с журналом', 'remove, with its ledger'),
    args: [hookArg],
    options: yesOption,
    async run(session, input) {
      const { id, name } = await hookOf(session, input.arg(0));
      confirm(input, `веб-хук «${name}» будет удалён`, `the web hook “${name}” will be removed`);
      return session.show(await session.ask(adminHooks.remove, { id }), () => '');
    },
  },
  {
    words: 'hook rotate',
    summary: text(
      'новый секрет; прежний подписывает ещё сутки',
      'a new secret; the one before signs for a day more',
    ),
    args: [hookArg],
    options: {
      overlap: {
        value: 'HOURS',
        help: text('сколько часов подписывать и прежним (24)', 'hours for which both sign (24)'),
      },
    },
    async run(session, input) {
      const { id } = await hookOf(session, input.arg(0));
      const overlapHours = input.number('overlap', { min: 0, max: 720 }) ?? 24;
      const made = await session.ask(adminHooks.rotate, { id, overlapHours });
      return session.show(made, () => secretLine(session, made.secret));
    },
  },
  {
    words: 'hook test',
    summary: text('отправить пробное событие сейчас', 'send a test event now'),
    args: [hookArg],
    async run(session, input) {
      const { id } = await hookOf(session, input.arg(0));
      const result = await session.ask(adminHooks.test, { id });
      const { isTaken, status, answer, milliseconds } = result.answer;
      const said = `${status === null ? '' : `HTTP ${status} `}${plain(answer)}`.trim();
      const word = isTaken ? eventStates.sent : text('не принято', 'not taken');
      await session.show(result, () => `${session.say(word)}, ${milliseconds} ms: ${said}\n`);
      return isTaken ? exitCode.done : exitCode.refused;
    },
  },
  ledger,
  {
    words: 'hook payload',
    summary: text('что сообщает событие', 'what an event tells'),
    args: [hookArg, { name: 'EVENT' }],
    async run(session, input) {
      const { id } = await hookOf(session, input.arg(0));
      const result = await session.ask(adminHooks.payload, { id, event: input.arg(1) });
      return session.show(result, () => `${JSON.stringify(result.payload, null, 2)}\n`);
    },
  },
  {
    words: 'hook redeliver',
    summary: text(
      'сообщить события ещё раз; без них — все оставленные',
      'tell events once more; without any, all that were given up',
    ),
    args: [hookArg, { name: 'EVENT', isOptional: true, isMany: true }],
    async run(session, input) {
      const { id } = await hookOf(session, input.arg(0));
      const events = input.args.slice(1);
      const result = await session.ask(adminHooks.redeliver, {
        id,
        events: events.length > 0 ? events : null,
      });
      return session.show(result, () => `${result.count}\n`);
    },
  },
];
