// pochtar list import and export: a list as a text, one entry a line: `192.0.2.0/24 until=2027-01-31T12:00:00Z # office`. Long
// texts go to the settings process in pieces, which keeps each message of the bus small.
import {
  adminLists,
  type ListEntryInfo,
  type ListLine,
  type ListName,
  MAX_LIST_LINES,
  MAX_PASTED_LINES,
} from '@pochtar/bus';
import type { Command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { contentOf } from '../files.ts';
import { type Input, UsageError } from '../input.ts';
import { text } from '../language.ts';
import { table } from '../output.ts';
import { problemText } from '../problem-text.ts';
import type { Session } from '../session.ts';

export function listOf(input: Input): ListName {
  const name = input.arg(0);
  if (name === 'white' || name === 'black') return name;
  throw new UsageError(text('LIST: укажите white или black', 'LIST: give white or black'));
}

const importList: Command = {
  words: 'list import',
  summary: text('внести в список записи из файла', 'add the entries of a file to a list'),
  details: text(
    'Одна запись на строке: VALUE until=TIME # комментарий. FILE «-» — стандартный ввод. Что уже есть, остаётся; строки с ошибками пропускаются и показываются. С --dry-run только показывает, что будет.',
    'An entry a line: VALUE until=TIME # comment. FILE “-” is standard input. What is there already stays; lines with errors are passed over and shown. With --dry-run it only shows what would be.',
  ),
  args: [{ name: 'LIST' }, { name: 'FILE' }],
  options: {
    comment: {
      value: 'TEXT',
      help: text('комментарий строк, у которых его нет', 'the comment of lines without one'),
    },
    'dry-run': { help: text('только показать', 'only show') },
  },
  async run(session, input) {
    const list = listOf(input);
    const lines = (await contentOf(session, input.arg(1))).split(/\r?\n/);
    if (lines.length > MAX_PASTED_LINES + 1) {
      throw new UsageError(
        text(
          `FILE: не больше ${MAX_PASTED_LINES} строк за раз: разделите файл`,
          `FILE: at most ${MAX_PASTED_LINES} lines at a time: divide the file`,
        ),
      );
    }
    const answers: ListLine[] = [];
    let added = 0;
    for (let from = 0; from < lines.length; from += MAX_LIST_LINES) {
      const result = await session.ask(adminLists.addMany, {
        list,
        lines: lines.slice(from, from + MAX_LIST_LINES),
        comment: input.option('comment') ?? '',
        dryRun: input.flag('dry-run'),
      });
      answers.push(...result.lines.map((one) => ({ ...one, line: one.line + from })));
      added += result.added;
    }
    const invalid = answers.filter(({ outcome }) => outcome === 'invalid');
    await session.show({ lines: answers, added }, () => summaryOf(session, answers));
    return invalid.length > 0 ? exitCode.refused : exitCode.done;
  },
};

function summaryOf(session: Session, answers: readonly ListLine[]): string {
  const count = (outcome: ListLine['outcome']) =>
    String(answers.filter((one) => one.outcome === outcome).length);
  const totals = table(
    [text('Новых', 'New'), text('Уже есть', 'There already'), text('С ошибкой', 'Invalid')].map((title) =>
      session.say(title),
    ),
    [[count('new'), count('exists'), count('invalid')]],
  );
  const wrong = answers.flatMap(({ line, problem }) =>
    problem === undefined ? [] : [[String(line), session.say(problemText(problem))]],
  );
  if (wrong.length === 0) return totals;
  return (
    totals +
    table(
      [text('Строка', 'Line'), text('Ошибка', 'Error')].map((title) => session.say(title)),
      wrong,
    )
  );
}

const exportList: Command = {
  words: 'list export',
  summary: text('список как текст, который читает list import', 'a list as the text that list import reads'),
  args: [{ name: 'LIST' }],
  async run(session, input) {
    const list = listOf(input);
    const entries: ListEntryInfo[] = [];
    let after: string | undefined;
    do {
      const page = await session.ask(adminLists.list, { list, after, limit: 200 });
      entries.push(...page.entries);
      after = page.next ?? undefined;
    } while (after !== undefined);
    // Oldest first, as they were entered.
    entries.reverse();
    return session.show({ entries }, () => entries.map((one) => `${lineOf(one)}\n`).join(''));
  },
};

function lineOf({ value, expiresAt, comment, opensRelay }: ListEntryInfo): string {
  const parts = [value];
  if (expiresAt !== null) parts.push(`until=${expiresAt}`);
  if (!opensRelay) parts.push('relay=no');
  if (comment !== '') parts.push(`# ${comment.replaceAll(/[\r\n]+/g, ' ')}`);
  return parts.join(' ');
}

export const listFileCommands: Command[] = [importList, exportList];
