// pochtar quarantine: what the filters hold: list, show (without danger), download, release, approve, delete.
import { open } from 'node:fs/promises';
import {
  adminQuarantine,
  type QuarantinedMail,
  type QuarantinedParts,
  type QueueOutcome,
} from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type Input, UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { list, plain, size, table, time } from '../output.ts';
import type { Session } from '../session.ts';
import type { Option } from '../syntax.ts';

const filterOption: Record<string, Option> = {
  filter: {
    value: 'NAME',
    help: text('задержанные этим фильтром, например antivirus', 'held by this filter, such as antivirus'),
  },
};
const recipientOption: Record<string, Option> = {
  recipient: {
    value: 'ADDRESS',
    help: text(
      'только для этого получателя; остальные ждут дальше',
      'for this recipient only; the others wait on',
    ),
  },
};

function mailTable(session: Session, mails: readonly QuarantinedMail[]): string {
  const header = [
    text('Письмо', 'Mail'),
    text('Задержано', 'Held'),
    text('Удалится', 'Expires'),
    text('Размер', 'Size'),
    text('Фильтр', 'Filter'),
    text('От', 'From'),
    text('Кому', 'To'),
    text('Тема', 'Subject'),
    text('Причина', 'Reason'),
  ].map((title) => session.say(title));
  const rows = mails.map((mail) => [
    mail.mail,
    time(mail.heldAt),
    time(mail.expiresAt),
    size(mail.size),
    mail.filter,
    `<${mail.reversePath}>`,
    recipientsOf(mail, 3),
    mail.subject,
    mail.reason,
  ]);
  return table(header, rows);
}

function recipientsOf({ recipients, recipientCount }: QuarantinedMail, most: number): string {
  const shown = recipients.slice(0, most);
  const more = recipientCount - shown.length;
  return more > 0 ? `${shown.join(', ')} +${more}` : shown.join(', ');
}

const listMails: Command = {
  words: 'quarantine list',
  summary: text('письма в карантине, новые первыми', 'mails in the quarantine, newest first'),
  options: {
    ...filterOption,
    sender: { value: 'TEXT', help: text('часть адреса отправителя', "part of the sender's address") },
    recipient: { value: 'TEXT', help: text('часть адреса получателя', "part of a recipient's address") },
    since: {
      value: 'TIME',
      help: text('принятые с этого времени, например 24h', 'accepted since then, such as 24h'),
    },
    after: { value: 'MAIL', help: text('продолжить после этого письма', 'go on after this mail') },
    limit: { value: 'N', help: text('не больше стольких строк (50)', 'at most this many lines (50)') },
  },
  async run(session, input) {
    const result = await session.ask(adminQuarantine.list, {
      filter: input.option('filter'),
      sender: input.option('sender'),
      recipient: input.option('recipient'),
      since: input.moment('since', new Date()),
      after: input.option('after'),
      limit: input.number('limit', { min: 1, max: 200 }) ?? 50,
    });
    const code = await session.show(result, () => mailTable(session, result.mails));
    const more = result.isTotalExact ? ['', ''] : ['больше ', 'more than '];
    session.note(text(`всего: ${more[0]}${result.total}`, `in all: ${more[1]}${result.total}`));
    if (result.next !== null)
      session.note(text(`дальше: --after ${result.next}`, `more: --after ${result.next}`));
    return code;
  },
};

const showMail: Command = {
  words: 'quarantine show',
  summary: text('одно письмо карантина, безопасно', 'one mail of the quarantine, without danger'),
  details: text(
    'Заголовок и, с --text, тексты письма показываются простым текстом; чтение текста попадает в журнал изменений.',
    'The header and, with --text, the texts of the mail are shown as plain text; reading them is written to the log of changes.',
  ),
  args: [{ name: 'MAIL' }],
  options: {
    text: { help: text('тексты письма и его вложения', 'the texts of the mail and its attachments') },
  },
  async run(session, input) {
    const mail = input.arg(0);
    const shown = await session.ask(adminQuarantine.show, { mail });
    const parts = input.flag('text') ? await session.ask(adminQuarantine.read, { mail }) : null;
    return session.show({ ...shown, ...parts }, () => {
      const { mail: held, verdicts, header } = shown;
      const facts = list([
        [session.say(text('Письмо', 'Mail')), held.mail],
        [session.say(text('Тема', 'Subject')), held.subject],
        [session.say(text('От', 'From')), `<${held.reversePath}>`],
        [session.say(text('Кому', 'To')), recipientsOf(held, 200)],
        [session.say(text('Клиент', 'Client')), `${shown.clientAddress ?? ''} ${shown.helo}`.trim()],
        [session.say(text('Задержано', 'Held')), `${time(held.heldAt)} ${held.reason}`],
        [session.say(text('Удалится', 'Expires')), time(held.expiresAt)],
        [session.say(text('Размер', 'Size')), size(held.size)],
      ]);
      const said = table(
        [text('Фильтр', 'Filter'), text('Решение', 'Verdict'), text('Причина', 'Reason')].map((title) =>
          session.say(title),
        ),
        verdicts.map(({ filter, result, reason }) => [filter, result, reason]),
      );
      const fields = header.map(({ name, value }) => `${plain(name)}: ${plain(value)}\n`).join('');
      return [facts, said, fields, parts === null ? '' : partsText(session, parts)]
        .filter((part) => part !== '')
        .join('\n');
    });
  },
};

function partsText(session: Session, { texts, attachments, isCut }: QuarantinedParts): string {
  const more = `${session.say(text('[это не всё]', '[there is more]'))}\n`;
  const shown = texts.map(({ type, text: words, isCut: isTextCut }) => {
    const lines = words.split('\n').map((line) => `  ${plain(line.replaceAll('\t', '    '))}`.trimEnd());
    return `--- ${plain(type)}\n${lines.join('\n')}\n${isTextCut ? more : ''}`;
  });
  const header = [text('Вложение', 'Attachment'), text('Вид', 'Type'), text('Размер', 'Size')];
  const files = table(
    header.map((title) => session.say(title)),
    attachments.map((file) => [file.name || '—', file.type, size(file.size)]),
  );
  return [...shown, files, isCut ? more : ''].filter((part) => part !== '').join('\n');
}

const download: Command = {
  words: 'quarantine download',
  summary: text(
    'сохранить письмо в файл .eml; попадает в журнал',
    'save a mail as a file .eml; it is logged',
  ),
  args: [{ name: 'MAIL' }, { name: 'FILE' }],
  async run(session, input) {
    const [mail, path] = [input.arg(0), input.arg(1)];
    // The first piece says whether there is such a mail, before there is a file.
    let { piece, size: whole } = await session.ask(adminQuarantine.content, { mail });
    await using file = await newFile(path);
    for (let offset = 0; piece !== ''; ) {
      const bytes = Buffer.from(piece, 'base64');
      await file.write(bytes);
      offset += bytes.length;
      if (offset >= whole) break;
      ({ piece, size: whole } = await session.ask(adminQuarantine.content, { mail, offset }));
    }
    return session.show({ mail, file: path, size: whole }, () => `${path} ${size(whole)}\n`);
  },
};

/** What is there already is not written over. */
async function newFile(path: string) {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(text(`FILE: ${reason}`, `FILE: ${reason}`));
  }
}

async function told(session: Session, outcome: QueueOutcome): Promise<ExitCode> {
  await session.show(outcome, () => outcome.done.map((mail) => `${mail}\n`).join(''));
  if (outcome.skipped.length === 0) return exitCode.done;
  const names = outcome.skipped.join(', ');
  session.note(text(`пропущены: ${names}`, `skipped: ${names}`));
  for (const { mail, problem } of outcome.complaints) {
    session.note(text(`${mail}: ${problem.message.ru}`, `${mail}: ${problem.message.en}`));
  }
  return outcome.done.length > 0 ? exitCode.done : exitCode.refused;
}

function selectionOf(input: Input) {
  return { mails: [...input.args], filter: input.option('filter'), recipient: input.option('recipient') };
}

const args = [{ name: 'MAIL', isMany: true }];

function act(verb: 'release' | 'delete', summary: Text, more: Record<string, Option> = {}): Command {
  return {
    ...{ words: `quarantine ${verb}`, summary, args },
    options: { ...filterOption, ...recipientOption, ...more },
    async run(session, input) {
      if (verb === 'delete') confirm(input, 'письма будут удалены', 'the mails will be deleted');
      return told(session, await session.ask(adminQuarantine[verb], selectionOf(input)));
    },
  };
}

const approve: Command = {
  words: 'quarantine approve',
  summary: text('одобрить письма, задержанные DLP', 'approve mails that DLP holds'),
  args,
  options: {
    ...recipientOption,
    comment: {
      value: 'TEXT',
      help: text(
        'почему, обязательно; останется в журнале',
        'why, which has to be said; it is kept in the log',
      ),
    },
  },
  async run(session, input) {
    const { mails, recipient } = selectionOf(input);
    const comment = input.option('comment')?.trim() ?? '';
    if (comment === '') {
      throw new UsageError(
        text('--comment: укажите, почему письмо можно отправить', '--comment: say why the mail may go'),
      );
    }
    return told(session, await session.ask(adminQuarantine.approve, { mails, recipient, comment }));
  },
};

export const quarantineCommands: Command[] = [
  listMails,
  showMail,
  download,
  act('release', text('отпустить письма карантина', 'let mails of the quarantine go on')),
  approve,
  act(
    'delete',
    text('удалить письма карантина; никто не узнает', 'remove mails of the quarantine; nobody is told'),
    yesOption,
  ),
];
