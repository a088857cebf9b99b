// pochtar ldap …: what programs set the address book up with, and what one of them would find in it.
import {
  adminAccount,
  adminSettings,
  adminTryBook,
  type BookProgram,
  bookPrograms,
  type TriedBook,
} from '@pochtar/bus';
import { parseSection, type SectionName, type Settings } from '@pochtar/settings';
import {
  type AppleAccounts,
  appleProfile,
  bookServer,
  type BookServer,
  type CardDavServer,
  mailServers,
  outlookBook,
  roundcubeBook,
  thunderbirdBook,
} from '@pochtar/settings/client-setup';
import type { Command } from '../command.ts';
import { type Input, oneOf, UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { plain, table } from '../output.ts';
import { Refused, type Session } from '../session.ts';

const programs = ['thunderbird', 'outlook', 'apple', 'roundcube'] as const;
/** What the setting starts as on a machine without a name. */
const UNNAMED = 'localhost';
const whose = text('АДРЕС', 'ADDRESS');

export const ldapCommands: Command[] = [
  {
    words: 'ldap client',
    summary: text(
      'файл, который настраивает программу на адресную книгу',
      'a file that sets a program up with the address book',
    ),
    details: text(
      [
        '  pochtar ldap client thunderbird --for anna@example.org > user.js      (в папку профиля)',
        '  pochtar ldap client outlook --for anna@example.org > book.prf         (outlook.exe /importprf book.prf)',
        '  pochtar ldap client apple --for anna@example.org > mail.mobileconfig  (почта и книга)',
        '  pochtar ldap client roundcube > pochtar-address-book.inc.php          (рядом с config.inc.php, для всех)',
        'Значения из настроек, как они сейчас; паролей в файле нет. Для apple с --console https://mail.example.org:8443 книга',
        'будет и по CardDAV; по LDAP она в профиле, только если стоит на порту 636 с SSL или 389 без.',
      ].join('\n'),
      [
        '  pochtar ldap client thunderbird --for anna@example.org > user.js      (into the profile folder)',
        '  pochtar ldap client outlook --for anna@example.org > book.prf         (outlook.exe /importprf book.prf)',
        '  pochtar ldap client apple --for anna@example.org > mail.mobileconfig  (mail and book)',
        '  pochtar ldap client roundcube > pochtar-address-book.inc.php          (beside config.inc.php, for everybody)',
        'Values are those of the settings now; there is no password in the file. With --console https://mail.example.org:8443 the',
        'book of apple comes by CardDAV, too; by LDAP it is in a profile only where it stands at port 636 with SSL or 389 without.',
      ].join('\n'),
    ),
    args: [{ name: programs.join('|') }],
    options: {
      for: { value: 'ADDRESS', help: text('ящик, для которого файл', 'the account it is for') },
      console: {
        value: 'URL',
        help: text('где консоль видна устройствам', 'where devices see the console'),
      },
      host: {
        value: 'NAME',
        help: text(
          'имя сервера для программ (general.heloName)',
          'the server as programs know it (general.heloName)',
        ),
      },
    },
    run: client,
  },
  {
    words: 'ldap try',
    summary: text(
      'что программа найдёт в адресной книге, и чего не найдёт и почему',
      'what a program would find in the address book, what it would not, and why',
    ),
    details: text(
      [
        '  pochtar ldap try --as anna@example.org --client outlook ив',
        'Запрос программы выполняет сервер LDAP глазами этого ящика; пароль не нужен.',
        'Код 0, нашлось ли что-нибудь или нет.',
      ].join('\n'),
      [
        '  pochtar ldap try --as anna@example.org --client outlook iv',
        'The LDAP server runs the query of the program with the eyes of this account; no password is needed.',
        'Exit code 0, whether anything was found or not.',
      ].join('\n'),
    ),
    args: [{ name: 'TEXT' }],
    options: {
      as: { value: 'ADDRESS', help: text('чьими глазами', 'with whose eyes') },
      client: {
        value: bookPrograms.join('|'),
        help: text('программа (thunderbird)', 'the program (thunderbird)'),
      },
    },
    async run(session, input) {
      const program = input.word('client', bookPrograms) ?? 'thunderbird';
      const as = input.needed('as', whose);
      const tried = await session.ask(adminTryBook.book, { as, program, text: input.arg(0) });
      return session.show(tried, () => shown(session, program, tried));
    },
  },
];

async function client(session: Session, input: Input) {
  const program = oneOf(programs, input.arg(0), 'ldap client');
  const address = program === 'roundcube' ? '' : await accountOf(session, input.needed('for', whose));
  const { sections } = await session.askWhole(adminSettings.get, {});
  const section = <N extends SectionName>(name: N): Settings[N] => {
    const parsed = parseSection(name, sections.find((one) => one.name === name)?.document ?? {});
    if (!parsed.ok) throw new Error(`the section ${name} does not fit: ${parsed.errors[0]?.message.en}`);
    return parsed.value;
  };
  const settings = {
    ...{ network: section('network'), smtpEncryption: section('smtpEncryption') },
    ...{ accessEncryption: section('accessEncryption'), addressBook: section('addressBook') },
  };
  const host = input.option('host') ?? section('general').heloName;
  if (host === UNNAMED) throw new UsageError(unnamed);
  const book = bookServer(settings, host);
  if (book === null) throw refusal('disabled', switchedOff);
  const cardDav = cardDavOf(input.option('console'));
  const file = fileOf(program, address, { mail: mailServers(settings, host), book, cardDav });
  if (file === null) throw refusal('notFound', nothingForApple);
  await session.print(file);
  return 0 as const;
}

async function accountOf(session: Session, address: string): Promise<string> {
  return (await session.ask(adminAccount.show, { address })).account.address;
}

function fileOf(
  program: (typeof programs)[number],
  address: string,
  accounts: AppleAccounts & { book: BookServer },
): string | null {
  const { book } = accounts;
  switch (program) {
    case 'thunderbird':
      return thunderbirdBook(book, address);
    case 'outlook':
      return outlookBook(book, address);
    case 'apple':
      return appleProfile(address, accounts);
    case 'roundcube':
      return roundcubeBook(book);
  }
}

/** The address book stands at the console's port by CardDAV. */
function cardDavOf(url: string | undefined): CardDavServer | null {
  if (url === undefined) return null;
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new UsageError(
      text(
        '--console: укажите адрес вида https://имя:порт',
        '--console: give an address such as https://name:port',
      ),
    );
  }
  const isSecure = parsed.protocol === 'https:';
  const port = parsed.port === '' ? (isSecure ? 443 : 80) : Number(parsed.port);
  return { host: parsed.hostname, port, isSecure };
}

function refusal(code: string, message: Text): Refused {
  return new Refused({ code, field: '', message });
}

const unnamed = text(
  'у сервера нет имени: задайте general.heloName или укажите --host',
  'the server has no name: set general.heloName, or give --host',
);
const switchedOff = text(
  'адресная книга выключена: включите addressBook.enabled',
  'the address book is switched off: set addressBook.enabled',
);
const nothingForApple = text(
  'устройству нечего сообщить: откройте IMAP или POP3 и отправку почты',
  'there is nothing to tell a device: open IMAP or POP3, and submission',
);

const whys: Readonly<Record<TriedBook['absent'][number]['why'], Text>> = {
  hidden: text('скрыт из адресной книги', 'hidden from the address book'),
  otherDomain: text('другой домен (addressBook.visibility)', 'another domain (addressBook.visibility)'),
  skipGroups: text(
    'группы пропускаются (addressBook.skipGroups)',
    'groups are skipped (addressBook.skipGroups)',
  ),
  notAskedFor: text('программа ищет не так', 'the program does not look for it'),
};

const faults: Readonly<Record<NonNullable<TriedBook['fault']>, Text>> = {
  switchedOff: switchedOff,
  notForWebmail: text(
    'книга не передаётся в веб-почту (addressBook.publishToWebmail)',
    'the book is not for the web mail (addressBook.publishToWebmail)',
  ),
  refused: text('сервер отказал', 'the server refused'),
};

function shown(session: Session, program: BookProgram, tried: TriedBook): string {
  const { base, filter, ms, count, list, entries, absent, fault, refusal: said } = tried;
  const lines = [`${program}  ${base}  ${plain(filter)}`];
  if (fault !== null)
    return `${[...lines, [session.say(faults[fault]), said].filter(Boolean).join(': ')].join('\n')}\n`;
  const found = session.say(text('найдено', 'found'));
  const place = list === null ? '' : `, ${list.position}/${list.count}`;
  const titles = (last: Text): string[] =>
    [text('Имя', 'Name'), text('Адрес', 'Address'), last].map((title) => session.say(title));
  lines.push(`${found}: ${count}${place}, ${ms} ms`);
  const parts = [`${lines.join('\n')}\n`];
  if (entries.length > 0) {
    const rows = entries.map(({ name, address, kind }) => [name, address, kind]);
    parts.push(table(titles(text('Вид', 'Kind')), rows));
  }
  if (absent.length > 0) {
    const rows = absent.map(({ name, address, why }) => [name, address, session.say(whys[why])]);
    parts.push(
      `${session.say(text('Не нашлось', 'Not found'))}:\n`,
      table(titles(text('Почему', 'Why')), rows),
    );
  }
  return parts.join('\n');
}
