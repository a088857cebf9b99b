// pochtar filter try: what each filter would say of a mail by a draft of the settings, and what would become of it.
import { readFile } from 'node:fs/promises';
import type { TriedMail, TriedVerdict } from '@pochtar/bus';
import { readAssignment } from '../assignment.ts';
import type { Command } from '../command.ts';
import { type Input, UsageError } from '../input.ts';
import { text } from '../language.ts';
import { plain, table } from '../output.ts';
import { changesOf } from '../save-assignments.ts';
import type { Session } from '../session.ts';

const origins = ['incoming', 'submitted'] as const;

export const filterCommands: Command[] = [
  {
    words: 'filter try',
    summary: text(
      'что стало бы с письмом: заключение каждого фильтра, ничего не доставляя',
      'what would become of a mail: the verdict of each filter, delivering nothing',
    ),
    details: text(
      [
        '  pochtar filter try mail.eml --client 203.0.113.7',
        '  pochtar filter try mail.eml --as submitted --draft antivirus.onUnscannable=bounce --draft misc.useDlp=on',
        'Отправитель и получатели, если не указаны, берутся из письма. Черновик настроек не сохраняется; не доставляется,',
        'не записывается и не запоминается ничего. Код 0, каким бы ни было заключение.',
      ].join('\n'),
      [
        '  pochtar filter try mail.eml --client 203.0.113.7',
        '  pochtar filter try mail.eml --as submitted --draft antivirus.onUnscannable=bounce --draft misc.useDlp=on',
        'Sender and recipients that are not given are read in the mail. The draft is not saved; nothing is delivered,',
        'written or learnt. Exit code 0, whatever the verdict is.',
      ].join('\n'),
    ),
    args: [{ name: 'FILE.eml' }],
    options: {
      as: { value: 'incoming|submitted', help: text('снаружи или от своего', 'from outside, or of ours') },
      from: { value: 'ADDRESS', help: text('отправитель конверта', 'the sender of the envelope') },
      to: { value: 'ADDRESS', isMany: true, help: text('получатель', 'a recipient') },
      client: {
        value: 'IP',
        help: text('адрес, с которого оно пришло бы', 'the address it would come from'),
      },
      draft: {
        value: 'SECTION.FIELD=VALUE',
        isMany: true,
        help: text('настройка, которой ещё нет', 'a setting that is not saved'),
      },
    },
    async run(session, input) {
      const mail = await read(input.arg(0));
      const [from, client, to] = [input.option('from'), input.option('client'), input.options('to')];
      const changes = await changesOf(session, input.options('draft').map(readAssignment));
      const values = Object.fromEntries(
        [...changes.values()].map(({ section, patch = {} }) => [section, patch]),
      );
      const tried = await session.tryMail(mail, {
        ...{ origin: originOf(input), values },
        ...(from !== undefined && { from: from === '<>' ? '' : from }),
        ...(to.length > 0 && { to: [...to] }),
        ...(client !== undefined && { client }),
      });
      return session.show(tried, () => shown(session, tried));
    },
  },
];

function originOf(input: Input): (typeof origins)[number] {
  const word = input.option('as') ?? 'incoming';
  const origin = origins.find((one) => one === word);
  if (origin !== undefined) return origin;
  const known = origins.join(', ');
  throw new UsageError(text(`--as: одно из ${known}`, `--as: one of ${known}`));
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = (error as Error).message;
    throw new UsageError(text(`файл не читается: ${reason}`, `the file cannot be read: ${reason}`));
  }
}

function shown(session: Session, { from, to, verdicts, outcomes, remarks }: TriedMail): string {
  const titles = [text('Кто', 'Who'), text('Заключение', 'Verdict'), text('Почему', 'Why')];
  const lines = verdicts.flatMap((one) => linesOf(session, one));
  const envelope = `${from === '' ? '<>' : plain(from)} → ${to.map(plain).join(', ')}\n`;
  const would = outcomes.map((one) => {
    const why = [one.by, one.reason, one.target].filter(Boolean).join(': ');
    const whom = outcomes.length > 1 ? `${one.recipients.map(plain).join(', ')}: ` : '';
    return `${whom}${session.say(one.text)}${why === '' ? '' : ` (${plain(why)})`}\n`;
  });
  const notes = remarks.map((one) => `- ${session.say(one.text)}\n`);
  const header = titles.map((title) => session.say(title));
  const title = session.say(text('Письмо', 'The mail'));
  return `${envelope}${table(header, lines)}\n${title}: ${would.join('')}${notes.join('')}`;
}

function linesOf(session: Session, { by, recipients, ...whole }: TriedVerdict): string[][] {
  const line = (who: string, one: Omit<TriedVerdict, 'by' | 'recipients'>): string[][] => [
    [who, session.say(one.text), [one.reason, one.target].filter(Boolean).join(' → ')],
    ...(one.header === null
      ? []
      : one.header
          .trimEnd()
          .split(/\r\n/)
          .map((field) => ['', '+', field])),
  ];
  return [...line(by, whole), ...recipients.flatMap((one) => line(`${by} ${one.recipient}`, one))];
}
