// pochtar network import and export: the named networks as a text, one a line: `Office = 192.0.2.0/24 2001:db8::1 # branch`.
import { adminLists, type NamedNetworkInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { text } from '../language.ts';
import { table } from '../output.ts';
import { Refused, type Session } from '../session.ts';
import { contentOf } from '../files.ts';

interface Line {
  line: number;
  name: string;
  addresses: string[];
  comment: string;
}

/** A comment begins after a blank; a line that is none of these is one of a network without addresses. */
function readLines(content: string): Line[] {
  return content.split(/\r?\n/).flatMap((written, index) => {
    const [, own = '', comment = ''] = /^(.*?)(?:(?:^|\s)#\s*(.*))?$/.exec(written.trim()) ?? [];
    if (own.trim() === '') return [];
    const [name = '', addresses = ''] = own.split(/=(.*)/s);
    return [
      { line: index + 1, name: name.trim(), addresses: addresses.split(/[\s,]+/).filter(Boolean), comment },
    ];
  });
}

type Outcome = 'new' | 'changed' | 'same' | 'invalid';

interface Answer {
  line: number;
  name: string;
  outcome: Outcome;
  problem?: string;
}

const importNetworks: Command = {
  words: 'network import',
  summary: text('внести именованные сети из файла', 'add the named networks of a file'),
  details: text(
    'Одна сеть на строке: ИМЯ = АДРЕС АДРЕС # комментарий. FILE «-» — стандартный ввод. Сеть, которая уже есть, получает адреса и комментарий из файла; остальные не меняются. С --dry-run только показывает, что будет.',
    'A network a line: NAME = ADDRESS ADDRESS # comment. FILE “-” is standard input. A network that is there gets the addresses and the comment of the file; the others stay. With --dry-run it only shows what would be.',
  ),
  args: [{ name: 'FILE' }],
  options: { 'dry-run': { help: text('только показать', 'only show') } },
  async run(session, input) {
    const lines = readLines(await contentOf(session, input.arg(0)));
    const known = new Map((await allNetworks(session)).map((one) => [one.name.toLowerCase(), one]));
    const answers: Answer[] = [];
    for (const line of lines) {
      const before = known.get(line.name.toLowerCase());
      answers.push(await take(session, line, before, input.flag('dry-run')));
    }
    await session.show({ lines: answers }, () => summaryOf(session, answers));
    return answers.some(({ outcome }) => outcome === 'invalid') ? exitCode.refused : exitCode.done;
  },
};

async function take(
  session: Session,
  { line, name, addresses, comment }: Line,
  before: NamedNetworkInfo | undefined,
  isDryRun: boolean,
): Promise<Answer> {
  const isSame = before?.comment === comment && before.addresses.join() === addresses.join();
  if (isSame) return { line, name, outcome: 'same' };
  const outcome = before === undefined ? 'new' : 'changed';
  if (isDryRun) return { line, name, outcome };
  try {
    if (before === undefined) await session.ask(adminLists.addNetwork, { name, addresses, comment });
    else await session.ask(adminLists.changeNetwork, { name: before.name, addresses, comment });
    return { line, name, outcome };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { line, name, outcome: 'invalid', problem: session.say(error.error.message) };
  }
}

function summaryOf(session: Session, answers: readonly Answer[]): string {
  const count = (outcome: Outcome) => String(answers.filter((one) => one.outcome === outcome).length);
  const header = [
    text('Новых', 'New'),
    text('Изменено', 'Changed'),
    text('Без изменений', 'Unchanged'),
    text('С ошибкой', 'Invalid'),
  ];
  const totals = table(
    header.map((title) => session.say(title)),
    [[count('new'), count('changed'), count('same'), count('invalid')]],
  );
  const wrong = answers.flatMap(({ line, problem }) =>
    problem === undefined ? [] : [[String(line), problem]],
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

const exportNetworks: Command = {
  words: 'network export',
  summary: text(
    'именованные сети как текст, который читает network import',
    'the named networks as the text that network import reads',
  ),
  async run(session) {
    const networks = await allNetworks(session);
    return session.show({ networks }, () => networks.map((one) => `${lineOf(one)}\n`).join(''));
  },
};

async function allNetworks(session: Session): Promise<NamedNetworkInfo[]> {
  return (await session.askWhole(adminLists.networks, {})).networks;
}

function lineOf({ name, addresses, comment }: NamedNetworkInfo): string {
  const said = comment === '' ? '' : ` # ${comment.replaceAll(/[\r\n]+/g, ' ')}`;
  return `${name} = ${addresses.join(' ')}${said}`;
}

export const networkFileCommands: Command[] = [importNetworks, exportNetworks];
