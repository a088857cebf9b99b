// pochtar account: list, show, create, update, password, delete.
import { type AccountInfo, adminAccount } from '@pochtar/bus';
import type { Contact } from '@pochtar/mail/contact';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { contactLines, contactOf, contactOptions } from '../contact-options.ts';
import { type Input, UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { newPassword, passwordOption, shownPassword } from '../new-password.ts';
import { list, size, table, time } from '../output.ts';
import { noteNext, pageOf, pageOptions } from '../paging.ts';
import type { Session } from '../session.ts';
import { accountFileCommands } from './people-file.ts';
import { photoCommands } from './photo.ts';

function rowsOf(session: Session, account: AccountInfo): [string, string][] {
  const state = account.isEnabled ? text('включён', 'enabled') : text('выключен', 'disabled');
  const rows: [Text, string][] = [
    [text('Адрес', 'Address'), account.address],
    [text('Имя', 'Name'), account.displayName],
    [text('Состояние', 'State'), session.say(state)],
    [text('Занято', 'Used'), size(account.usedBytes)],
    [text('Квота', 'Quota'), size(account.quotaBytes)],
    [text('Создан', 'Created'), time(account.createdAt)],
  ];
  return rows.map(([title, value]) => [session.say(title), value]);
}

function accountTable(session: Session, accounts: readonly AccountInfo[]): string {
  const [first] = accounts;
  if (first === undefined) return '';
  const header = rowsOf(session, first).map(([title]) => title);
  return table(
    header,
    accounts.map((account) => rowsOf(session, account).map(([, value]) => value)),
  );
}

const fieldOptions = {
  name: { value: 'TEXT', help: text('имя владельца', 'name of the owner') },
  quota: { value: 'SIZE', help: text('квота: 500M, 2G, none', 'quota: 500M, 2G, none') },
  ...contactOptions,
  hide: { help: text('скрыть из адресной книги', 'hide it from the address book') },
};

interface Fields {
  displayName?: string;
  quotaBytes?: number | null;
  contact?: Contact;
  isHidden?: boolean;
}

function fieldsOf(input: Input): Fields {
  const displayName = input.option('name');
  const quotaBytes = input.size('quota');
  const contact = contactOf(input);
  return {
    ...(displayName !== undefined && { displayName }),
    ...(quotaBytes !== undefined && { quotaBytes }),
    ...(contact !== undefined && { contact }),
    ...(input.flag('hide') && { isHidden: true }),
  };
}

/** With the contact fields; a table has no room for them. */
function linesOf(session: Session, account: AccountInfo): [string, string][] {
  const isInBook = account.isHidden ? text('скрыт', 'hidden') : text('показывается', 'shown');
  const photo = account.hasPhoto ? text('есть', 'there') : text('нет', 'none');
  return [
    ...rowsOf(session, account),
    [session.say(text('В адресной книге', 'In the address book')), session.say(isInBook)],
    [session.say(text('Фото', 'Photo')), session.say(photo)],
    ...contactLines(account.contact, (one) => session.say(one)),
  ];
}

const passwordIs = text('Пароль', 'Password');

const listAccounts: Command = {
  words: 'account list',
  summary: text('почтовые ящики', 'mail accounts'),
  options: pageOptions,
  async run(session, input) {
    const result = await session.ask(adminAccount.list, pageOf(input));
    const code = await session.show(result, () => accountTable(session, result.accounts));
    noteNext(session, result.next);
    return code;
  },
};

const showAccount: Command = {
  words: 'account show',
  summary: text('один ящик, его псевдонимы и группы', 'one account, its aliases and groups'),
  args: [{ name: 'ADDRESS' }],
  async run(session, input) {
    const result = await session.ask(adminAccount.show, { address: input.arg(0) });
    return session.show(result, () =>
      list([
        ...linesOf(session, result.account),
        [session.say(text('Псевдонимы', 'Aliases')), result.aliases.join(', ')],
        [session.say(text('Группы', 'Groups')), result.groups.join(', ')],
      ]),
    );
  },
};

const createAccount: Command = {
  words: 'account create',
  summary: text('создать ящик', 'add an account'),
  details: text(
    'Пароль создаётся и печатается, если не указано иное.',
    'A password is made and printed unless told otherwise.',
  ),
  args: [{ name: 'ADDRESS' }],
  options: {
    ...fieldOptions,
    ...passwordOption,
    'no-password': { help: text('без пароля: войти нельзя', 'without a password: nobody can log in') },
    disabled: { help: text('создать выключенным', 'add it disabled') },
  },
  async run(session, input) {
    const made = input.flag('no-password') ? null : await newPassword(session, input);
    const request = {
      address: input.arg(0),
      isEnabled: !input.flag('disabled'),
      ...fieldsOf(input),
      ...(made !== null && { password: made.password }),
    };
    const result = await session.ask(adminAccount.create, request);
    const shown = made === null ? {} : shownPassword(made);
    return session.show({ ...result, ...shown }, () =>
      list([
        ...linesOf(session, result.account),
        ...(shown.password === undefined
          ? []
          : [[session.say(passwordIs), shown.password] as [string, string]]),
      ]),
    );
  },
};

const updateAccount: Command = {
  words: 'account update',
  summary: text(
    'изменить имя, квоту, контактные данные или состояние',
    'change name, quota, contact details or state',
  ),
  args: [{ name: 'ADDRESS' }],
  options: {
    ...fieldOptions,
    unhide: { help: text('показывать в адресной книге', 'show it in the address book') },
    enable: { help: text('включить', 'enable it') },
    disable: {
      help: text('выключить: ни входа, ни новой почты', 'disable it: neither log-ins nor new mail'),
    },
  },
  async run(session, input) {
    const [enable, disable] = [input.flag('enable'), input.flag('disable')];
    const [hide, unhide] = [input.flag('hide'), input.flag('unhide')];
    const change = {
      ...fieldsOf(input),
      ...(unhide && { isHidden: false }),
      ...((enable || disable) && { isEnabled: enable }),
    };
    if (Object.keys(change).length === 0 || (enable && disable) || (hide && unhide)) {
      throw new UsageError(
        text(
          'укажите, что изменить: --name, --quota, --work-phone и другие, --hide или --unhide, --enable или --disable',
          'say what to change: --name, --quota, --work-phone and others, --hide or --unhide, --enable or --disable',
        ),
      );
    }
    const result = await session.ask(adminAccount.update, { address: input.arg(0), ...change });
    return session.show(result, () => list(linesOf(session, result.account)));
  },
};

const setPassword: Command = {
  words: 'account password',
  summary: text('задать пароль', 'set the password'),
  args: [{ name: 'ADDRESS' }],
  options: passwordOption,
  async run(session, input) {
    const made = await newPassword(session, input);
    await session.ask(adminAccount.setPassword, { address: input.arg(0), password: made.password });
    return session.show(shownPassword(made), () =>
      made.isGenerated ? list([[session.say(passwordIs), made.password]]) : '',
    );
  },
};

const deleteAccount: Command = {
  words: 'account delete',
  summary: text('удалить ящик вместе с почтой', 'remove an account with its mail'),
  args: [{ name: 'ADDRESS' }],
  options: yesOption,
  async run(session, input) {
    const address = input.arg(0);
    confirm(
      input,
      `ящик ${address} и вся его почта будут удалены`,
      `the account ${address} and all of its mail will be removed`,
    );
    const result = await session.ask(adminAccount.delete, { address });
    return session.show(result, () => '');
  },
};

export const accountCommands: Command[] = [
  listAccounts,
  showAccount,
  createAccount,
  updateAccount,
  setPassword,
  deleteAccount,
  ...accountFileCommands,
  ...photoCommands({
    words: 'account',
    args: [{ name: 'ADDRESS' }],
    nameOf: (input) => ({ address: input.arg(0) }),
    photo: adminAccount.photo,
    setPhoto: adminAccount.setPhoto,
  }),
];
