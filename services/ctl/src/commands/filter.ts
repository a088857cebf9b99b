// pochtar filter try: what each filter would say of a mail by a draft of the settings, and what would become of it.
import { readFile } from 'node:fs/promises';
import { MAX_DRAFT_YAML, type TriedMail, type TriedVerdict } from '@pochtar/bus';
import { readAssignment } from '../assignment.ts';
import type { Command } from '../command.ts';
import { contentOf } from '../files.ts';
import { UsageError } from '../input.ts';
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
        '  pochtar filter try mail.eml --draft-file draft.yaml',
        'Отправитель и получатели, если не указаны, берутся из письма. Черновик настроек не сохраняется; не доставляется,',
        'не записывается и не запоминается ничего. Черновик из файла читается так же, как settings import; то, что в --draft,',
        'кладётся поверх него. Под заключением: + добавленные поля, = настройки, от которых оно зависит.',
        'Код 0, каким бы ни было заключение.',
      ].join('\n'),
      [
        '  pochtar filter try mail.eml --client 203.0.113.7',
        '  pochtar filter try mail.eml --as submitted --draft antivirus.onUnscannable=bounce --draft misc.useDlp=on',
        '  pochtar filter try mail.eml --draft-file draft.yaml',
        'Sender and recipients that are not given are read in the mail. The draft is not saved; nothing is delivered,',
        'written or learnt. A file of a draft is read as by settings import; what --draft says is laid over it. Below a verdict:',
        '+ fields that are added, = settings that it depends on. Exit code 0, whatever the verdict is.',
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
      'draft-file': {
        value: 'FILE.yaml',
        help: text('черновик настроек целиком, «-»: стандартный ввод', 'a whole draft; “-”: standard input'),
      },
    },
    async run(session, input) {
      const mail = await read(input.arg(0));
      const [from, client, to] = [input.option('from'), input.option('client'), input.options('to')];
      const changes = await changesOf(session, input.options('draft').map(readAssignment));
      const values = Object.fromEntries(
        [...changes.values()].map(({ section, patch = {} }) => [section, patch]),
      );
      const yaml = await readDraft(session, input.option('draft-file'));
      const tried = await session.tryMail(mail, {
        ...{ origin: input.word('as', origins) ?? ('incoming' as const), values },
        ...(yaml !== undefined && { yaml }),
        ...(from !== undefined && { from: from === '<>' ? '' : from }),
        ...(to.length > 0 && { to: [...to] }),
        ...(client !== undefined && { client }),
      });
      return session.show(tried, () => shown(session, tried));
    },
  },
];

async function readDraft(session: Session, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const yaml = await contentOf(session, path);
  if (yaml.length <= MAX_DRAFT_YAML) return yaml;
  throw new UsageError(
    text(
      `--draft-file: больше ${MAX_DRAFT_YAML} знаков; оставьте в файле только то, что меняется`,
      `--draft-file: more than ${MAX_DRAFT_YAML} characters; leave in the file what changes`,
    ),
  );
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
  const titles = [
    ...[text('Кто', 'Who'), text('Заключение', 'Verdict')],
    ...[text('мс', 'ms'), text('Почему', 'Why')],
  ];
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

function linesOf(session: Session, { by, ms, recipients, ...whole }: TriedVerdict): string[][] {
  const line = (who: string, took: string, one: Said): string[][] => [
    [who, session.say(one.text), took, [one.reason, one.target].filter(Boolean).join(' → ')],
    ...(one.header ?? '')
      .split(/\r\n/)
      .filter((field) => field !== '')
      .map((field) => ['', '', '+', field]),
    ...(one.settings.length === 0 ? [] : [['', '', '=', one.settings.join(' ')]]),
  ];
  const took = ms === null ? '' : String(ms);
  return [...line(by, took, whole), ...recipients.flatMap((one) => line(`${by} ${one.recipient}`, '', one))];
}

type Said = Omit<TriedVerdict, 'by' | 'ms' | 'recipients'>;
