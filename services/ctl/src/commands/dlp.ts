// pochtar dlp: rules, protected documents and what was found in mail.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { adminDlp, type DlpDocumentInfo, type DlpIncidentInfo, type DlpRuleInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';
import { plain, table, time } from '../output.ts';
import type { Session } from '../session.ts';

function ruleTable(session: Session, rules: readonly DlpRuleInfo[]): string {
  const header = [
    text('Порядок', 'Position'),
    text('Правило', 'Rule'),
    text('Включено', 'On'),
    text('Ищет', 'Looks for'),
    text('Действие', 'Action'),
  ].map((title) => session.say(title));
  const rows = rules.map(({ position, name, isOn, definition }) => [
    String(position),
    plain(name),
    session.say(isOn ? text('да', 'yes') : text('нет', 'no')),
    definition.conditions.map(({ kind }) => kind).join(' + '),
    definition.action,
  ]);
  return table(header, rows);
}

function documentTable(session: Session, documents: readonly DlpDocumentInfo[]): string {
  const header = [
    text('Документ', 'Document'),
    text('Слов', 'Words'),
    text('Добавлен', 'Added'),
    text('Заметка', 'Comment'),
  ].map((title) => session.say(title));
  const rows = documents.map(({ name, words, createdAt, comment }) => [
    plain(name),
    String(words),
    time(createdAt),
    plain(comment),
  ]);
  return table(header, rows);
}

function incidentTable(session: Session, incidents: readonly DlpIncidentInfo[]): string {
  const header = [
    text('Время', 'Time'),
    text('Письмо', 'Mail'),
    text('Правило', 'Rule'),
    text('Действие', 'Action'),
    text('От', 'From'),
    text('Кому', 'To'),
    text('Найдено', 'Found'),
  ].map((title) => session.say(title));
  const rows = incidents.map(({ at, mail, rule, action, sender, recipients, found }) => [
    time(at),
    mail,
    rule === '' ? '—' : plain(rule),
    action,
    plain(sender),
    plain(recipients.join(', ')),
    plain(found.map(({ what, count, excerpts }) => `${what} × ${count}: ${excerpts[0] ?? ''}`).join('; ')),
  ]);
  return table(header, rows);
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(text(`FILE: ${reason}`, `FILE: ${reason}`));
  }
}

/** Written on the command line, or in a file. */
async function definitionOf(written: string): Promise<never> {
  const source = written.startsWith('{') ? written : (await read(written)).toString('utf8');
  try {
    // The question checks it, and names the field that does not fit.
    return JSON.parse(source) as never;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(text(`DEFINITION: не JSON: ${reason}`, `DEFINITION: no JSON: ${reason}`));
  }
}

/** Below this it is sent before anybody could read how much of it is. */
const TOLD_FROM_BYTES = 1024 * 1024;

/** Says on stderr, in quarters, how much of a large document has gone out, and that it is being read then. */
function toldProgress(session: Session, bytes: number): (sent: number) => void {
  let told = 0;
  return (sent) => {
    const percent = Math.floor((sent * 4) / bytes) * 25;
    if (bytes < TOLD_FROM_BYTES || percent <= told) return;
    told = percent;
    session.note(
      percent < 100
        ? text(`отправлено ${percent} %`, `${percent} % sent`)
        : text('отправлено, читается', 'sent; it is being read'),
    );
  };
}

const nameArg = [{ name: 'NAME' }] as const;

const saveRule: Command = {
  words: 'dlp rule save',
  summary: text('создать или изменить правило DLP', 'add or change a rule of data loss prevention'),
  details: text(
    [
      `  pochtar dlp rule save Карты '{"conditions":[{"kind":"detector","detector":"bankCard"}],"action":"quarantine"}'`,
      '  pochtar dlp rule save Карты rule.json --change',
      'DEFINITION: JSON или файл с ним; поля — в docs/reference/events.md, admin.dlp.saveRule.',
    ].join('\n'),
    [
      `  pochtar dlp rule save Cards '{"conditions":[{"kind":"detector","detector":"bankCard"}],"action":"quarantine"}'`,
      '  pochtar dlp rule save Cards rule.json --change',
      'DEFINITION: JSON, or a file with it; its fields are in docs/reference/events.md, admin.dlp.saveRule.',
    ].join('\n'),
  ),
  args: [{ name: 'NAME' }, { name: 'DEFINITION' }],
  options: {
    change: { help: text('изменить правило с этим именем', 'change the rule of this name') },
    off: { help: text('сохранить выключенным', 'save it switched off') },
    position: { value: 'N', help: text('порядок: меньшие раньше', 'lower ones are looked at first') },
  },
  async run(session, input) {
    const name = input.arg(0);
    const position = input.option('position');
    const result = await session.ask(adminDlp.saveRule, {
      ...{ name, isOn: !input.flag('off'), definition: await definitionOf(input.arg(1)) },
      ...(input.flag('change') && { former: name }),
      ...(position !== undefined && { position: Number(position) }),
    });
    return session.show(result, () => ruleTable(session, [result.rule]));
  },
};

export const dlpCommands: readonly Command[] = [
  {
    words: 'dlp rule list',
    summary: text('правила DLP', 'the rules of data loss prevention'),
    async run(session) {
      const result = await session.ask(adminDlp.rules, {});
      return session.show(result, () => ruleTable(session, result.rules));
    },
  },
  saveRule,
  {
    words: 'dlp rule remove',
    summary: text('удалить правило DLP', 'remove a rule of data loss prevention'),
    args: nameArg,
    options: yesOption,
    async run(session, input) {
      const name = input.arg(0);
      confirm(input, `правило ${name} будет удалено`, `the rule ${name} will be removed`);
      const result = await session.ask(adminDlp.removeRule, { name });
      return session.show(result, () => '');
    },
  },
  {
    words: 'dlp document list',
    summary: text('документы под защитой', 'protected documents'),
    async run(session) {
      const result = await session.ask(adminDlp.documents, { limit: 200 });
      return session.show(result, () => documentTable(session, result.documents));
    },
  },
  {
    words: 'dlp document add',
    summary: text('взять документ под защиту (до 16 Мб)', 'protect a document (up to 16 MB)'),
    args: [{ name: 'FILE' }],
    options: {
      name: { value: 'NAME', help: text('как его называть', 'what it is called') },
      comment: { value: 'TEXT', help: text('заметка', 'a note') },
    },
    async run(session, input) {
      const file = input.arg(0);
      const about = { name: input.option('name') ?? basename(file), comment: input.option('comment') ?? '' };
      const content = await read(file);
      const result = await session.addDocument(about, content, toldProgress(session, content.length));
      const unread = result.unread.map(({ name, why }) => `${plain(name || about.name)} (${why})`).join(', ');
      if (unread !== '') {
        session.note(text(`не прочитано и не защищено: ${unread}`, `not read, and not protected: ${unread}`));
      }
      return session.show(result, () => documentTable(session, [result.document]));
    },
  },
  {
    words: 'dlp document remove',
    summary: text('снять документ с защиты', 'protect a document no longer'),
    args: nameArg,
    options: yesOption,
    async run(session, input) {
      const name = input.arg(0);
      confirm(
        input,
        `отпечатки документа ${name} будут забыты`,
        `the fingerprints of ${name} will be forgotten`,
      );
      const result = await session.ask(adminDlp.removeDocument, { name });
      return session.show(result, () => '');
    },
  },
  {
    words: 'dlp incident list',
    summary: text('что DLP нашла в письмах', 'what was found in mail'),
    options: {
      rule: { value: 'NAME', help: text('только этого правила', 'of this rule only') },
      search: {
        value: 'TEXT',
        help: text(
          'часть адреса отправителя или получателя',
          'part of the sender’s or a recipient’s address',
        ),
      },
    },
    async run(session, input) {
      const rule = input.option('rule');
      const search = input.option('search');
      const result = await session.ask(adminDlp.incidents, {
        limit: 200,
        ...(rule !== undefined && { rule }),
        ...(search !== undefined && { search }),
      });
      return session.show(result, () => incidentTable(session, result.incidents));
    },
  },
];
