// pochtar contact import and export, pochtar account import and export: people as files that other programs read and write.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { exportedPeople, type ImportLine, type ImportReport } from '@pochtar/bus';
import { cardFormatOf, cardFormats, readCards } from '@pochtar/mail/cards';
import type { Command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { orComplain } from '../files.ts';
import type { Input } from '../input.ts';
import { type Text, text } from '../language.ts';
import { table } from '../output.ts';
import { problemText } from '../problem-text.ts';
import type { Session } from '../session.ts';

/** It is read into memory, and sent in pieces. */
const MAX_BYTES = 256 * 1024 * 1024;

const formatOption = {
  format: { value: 'FORMAT', help: text('ldif, vcard или csv', 'ldif, vcard or csv') },
};
const importOptions = {
  ...formatOption,
  'dry-run': { help: text('только показать, что будет', 'only show what would be') },
};

async function importFile(session: Session, input: Input, file: string, domain: string | null) {
  const bytes = await orComplain(file, async () => {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error('larger than 256 MiB');
    return readFile(file);
  });
  const format = input.word('format', cardFormats) ?? cardFormatOf(bytes);
  const dryRun = input.flag('dry-run');
  const report = await session.importContacts({ format, cards: readCards(bytes, format), domain, dryRun });
  await session.show(report, () => reportText(session, report));
  const { unknown, invalid, unread } = report.counts;
  return unknown + invalid + unread > 0 ? exitCode.refused : exitCode.done;
}

const titles: readonly (readonly [keyof ImportReport['counts'], Text])[] = [
  ['new', text('Новых', 'New')],
  ['changed', text('Изменено', 'Changed')],
  ['same', text('Без изменений', 'As they were')],
  ['unknown', text('Нет ящика', 'No such account')],
  ['invalid', text('С ошибкой', 'Invalid')],
  ['unread', text('Не прочитано', 'Not read')],
];

function reportText(session: Session, { counts, lines }: ImportReport): string {
  const totals = table(
    titles.map(([, title]) => session.say(title)),
    [titles.map(([name]) => String(counts[name]))],
  );
  if (lines.length === 0) return totals;
  const header = [text('Строка', 'Line'), text('Адрес', 'Address'), text('Что не так', 'What is wrong')];
  return (
    totals +
    table(
      header.map((title) => session.say(title)),
      lines.map((one) => [String(one.line), one.address, wrongWith(session, one)]),
    )
  );
}

const readProblems: Readonly<Record<string, Text>> = {
  noAddress: text('нет адреса', 'there is no address'),
  group: text('это группа, а не человек', 'this is a group and no person'),
  cutOff: text('запись оборвана', 'it is cut off'),
  tooLong: text('запись больше 1 МБ', 'it is larger than 1 MiB'),
  notUnderstood: text('не понято', 'it is not understood'),
  removal: text('удаление и переименование не выполняются', 'removals and renames are not done'),
  byReference: text('значение в другом файле не читается', 'a value in another file is not read'),
};
const noteTexts: Readonly<Record<ImportLine['notes'][number], Text>> = {
  otherAddresses: text('взят первый адрес из нескольких', 'of several addresses the first is taken'),
  photoFormat: text('фото не JPEG: не взято', 'the photo is no JPEG: left out'),
  photoTooLarge: text('фото больше 64 КБ: не взято', 'the photo is larger than 64 KiB: left out'),
};

function wrongWith(session: Session, { outcome, problem, notes }: ImportLine): string {
  const texts: Text[] = notes.map((note) => noteTexts[note]);
  if (outcome === 'unknown') texts.unshift(text('такого ящика нет', 'there is no such account'));
  else if (typeof problem === 'string') texts.unshift(readProblems[problem] ?? text(problem, problem));
  else if (problem !== null) texts.unshift(problemText(problem));
  return texts.map((one) => session.say(one)).join('; ');
}

const exportOptions = {
  ...formatOption,
  domain: { value: 'DOMAIN', help: text('только этого домена', 'of this domain only') },
  file: { value: 'FILE', help: text('записать в файл', 'write it to a file') },
};

async function exportPeople(session: Session, input: Input, people: 'contacts' | 'accounts') {
  const pieces = exportedPeople((question, request) => session.ask(question, request), {
    ...{ people, format: input.word('format', cardFormats) ?? 'ldif', domain: input.option('domain') },
    language: session.config.language,
  });
  const file = input.option('file');
  if (file === undefined) {
    for await (const piece of pieces) await session.print(piece);
    return exitCode.done;
  }
  await orComplain(file, async () => {
    const written = createWriteStream(file, { mode: 0o600 });
    await once(written, 'open');
    for await (const piece of pieces) if (!written.write(piece)) await once(written, 'drain');
    written.end();
    await once(written, 'finish');
  });
  return session.show({ file }, () => '');
}

const formats = text(
  'Форматы: ldif (RFC 2849), vcard (vCard 4.0, читаются и 3.0, и 2.1), csv. ',
  'Formats: ldif (RFC 2849), vcard (vCard 4.0; 3.0 and 2.1 are read too), csv. ',
);
const details = (ru: string, en: string): Text => text(`${formats.ru}${ru}`, `${formats.en}${en}`);

const importContacts: Command = {
  words: 'contact import',
  summary: text(
    'внести внешние контакты из файла LDIF, vCard или CSV',
    'take external contacts from a file in LDIF, vCard or CSV',
  ),
  details: details(
    'Формат узнаётся по содержимому. Кто уже есть, меняется: поля из файла заменяют прежние.',
    'The format is known by what the file begins with. Who is there already is changed: fields of the file replace those before.',
  ),
  args: [{ name: 'DOMAIN' }, { name: 'FILE' }],
  options: importOptions,
  run: (session, input) => importFile(session, input, input.arg(1), input.arg(0)),
};

const exportContacts: Command = {
  words: 'contact export',
  summary: text('внешние контакты как LDIF, vCard или CSV', 'external contacts as LDIF, vCard or CSV'),
  details: details('Без --format — ldif.', 'Without --format: ldif.'),
  options: exportOptions,
  run: (session, input) => exportPeople(session, input, 'contacts'),
};

const importAccounts: Command = {
  words: 'account import',
  summary: text(
    'взять контактные данные ящиков из файла LDIF, vCard или CSV',
    'take contact details of accounts from a file in LDIF, vCard or CSV',
  ),
  details: details(
    'Ящики находятся по адресу и не создаются.',
    'Accounts are found by their address; none is added.',
  ),
  args: [{ name: 'FILE' }],
  options: importOptions,
  run: (session, input) => importFile(session, input, input.arg(0), null),
};

const exportAccounts: Command = {
  words: 'account export',
  summary: text(
    'контактные данные ящиков как LDIF, vCard или CSV',
    'contact details of accounts as LDIF, vCard or CSV',
  ),
  details: details(
    'Без --format — ldif. Скрытые из адресной книги ящики тоже есть.',
    'Without --format: ldif. Accounts that are hidden from the address book are in it, too.',
  ),
  options: exportOptions,
  run: (session, input) => exportPeople(session, input, 'accounts'),
};

export const contactFileCommands: Command[] = [importContacts, exportContacts];
export const accountFileCommands: Command[] = [importAccounts, exportAccounts];
