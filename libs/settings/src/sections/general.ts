/** Settings of the server as a whole: names, where mail is stored, what a new mailbox contains. */
import {
  choice,
  type Format,
  formatted,
  notYet,
  presented,
  records,
  reference,
  textField,
  words,
} from '../field.ts';
import type { FieldInput } from '../forms/description.ts';
import { defineSection, type Finding } from '../section.ts';
import { text } from '../text.ts';
import { hostName } from './formats.ts';

const folderName: Format = {
  parse: (input) => {
    const name = input.trim().normalize('NFC');
    const parts = name.split('/');
    const isName = parts.every((part) => part.trim() !== '') && !/[\p{Cc}%*\\]/u.test(name);
    return isName && parts.length <= 5 ? name : undefined;
  },
  maxLength: 100,
  expected: text(
    'укажите имя папки без знаков % * \\ и управляющих; части разделяет /',
    'give the name of a folder without % * \\ and control characters; / separates levels',
  ),
};

/** As it is read; what a line cannot hold is no name. */
const organisationName: Format = {
  parse: (input) => {
    const name = input.trim().normalize('NFC').replace(/\s+/gu, ' ');
    return /[\p{Cc}\p{Cf}]/u.test(name) ? undefined : name;
  },
  maxLength: 100,
  expected: text('укажите название без управляющих знаков', 'give a name without control characters'),
};

const folderNameInput: FieldInput = {
  kind: 'text',
  maxLength: 100,
  expected: folderName.expected,
  isOptional: false,
};

/** RFC 6154 §2: the uses a folder can be made for; the attribute is a backslash and this word. */
const specialUse = choice(
  {
    none: text('Обычная папка', 'Ordinary folder'),
    Sent: text('Отправленные', 'Sent'),
    Drafts: text('Черновики', 'Drafts'),
    Trash: text('Корзина', 'Trash'),
    Junk: text('Спам', 'Junk'),
    Archive: text('Архив', 'Archive'),
  },
  'none',
  words(
    'Назначение',
    'Special use',
    'По назначению папку находят почтовые клиенты.',
    'Mail clients find the folder by its use.',
  ),
);

export const general = defineSection({
  name: 'general',
  tab: 'settings',
  label: text('Общие настройки', 'General'),
  help: text(
    'Имена сервера, место хранения почты и состав нового ящика.',
    'Names of the server, where mail is stored, what a new mailbox contains.',
  ),
  appliedBy: [
    'smtp',
    'imap',
    'pop3',
    'ldap',
    'delivery',
    'filter-antivirus',
    'filter-dkim',
    'filter-dlp',
    'tasks',
  ],
  fields: {
    defaultDomain: presented(
      { empty: text('(нет)', '(none)') },
      reference(
        'domain',
        words(
          'Домен по умолчанию для авторизации',
          'Default domain for login',
          'Пользователь этого домена может входить по имени ящика без домена, в любом протоколе.',
          'A user of this domain may log in with the name of the mailbox alone, in every protocol.',
        ),
      ),
    ),
    storageVolume: notYet(
      presented(
        { widget: 'volume', empty: text('Исходный диск', 'The first disk') },
        reference(
          'volume',
          words(
            'Жесткий диск для хранения почты',
            'Disk for mail storage',
            'Куда пишутся письма: имя хранилища. При выборе другого диска письма копируются, пока сервер работает; ход виден в задачах. Пусто: исходный диск.',
            'Where mail is stored: the name of a volume. Choosing another one copies everything while the server works; the progress is shown under Tasks. Empty: the first one.',
          ),
        ),
      ),
      {
        off: null,
        reason: text(
          'перенос почты на другой диск в этой версии недоступен',
          'moving the mail to another disk is not available in this version',
        ),
      },
    ),
    heloName: presented(
      { widget: 'host' },
      textField(
        hostName,
        'localhost',
        words(
          'Имя сервера в команде SMTP HELO при отправке письма',
          'Name in SMTP HELO',
          'Полное имя этого сервера в DNS; им же он представляется в приветствии SMTP. При первом запуске берётся имя машины (POCHTAR_HOSTNAME).',
          'The full DNS name of this server; the SMTP greeting shows it too. At the first start it is the name of the machine (POCHTAR_HOSTNAME).',
        ),
      ),
    ),
    organisation: presented(
      { empty: text('(нет)', '(none)') },
      textField(
        organisationName,
        '',
        words(
          'Название организации',
          'Name of the organisation',
          'Стоит над страницами консоли, чтобы было видно, чей это сервер.',
          'Stands above the pages of the console, so that one sees whose server it is.',
        ),
      ),
    ),
    autoCreateFolders: presented(
      { widget: 'folders', empty: text('(нет)', '(none)') },
      records(
        {
          name: {
            ...words('Имя', 'Name', 'Имя папки.', 'Name of the folder.'),
            schema: formatted(folderName),
            input: folderNameInput,
          },
          specialUse,
        },
        {
          maxItems: 30,
          initial: [
            { name: 'Sent', specialUse: 'Sent' },
            { name: 'Drafts', specialUse: 'Drafts' },
            { name: 'Trash', specialUse: 'Trash' },
            { name: 'Junk', specialUse: 'Junk' },
            { name: 'Archive', specialUse: 'Archive' },
          ],
          key: 'name',
        },
        words(
          'При создании ящика автоматически создавать папки',
          'Folders created with a mailbox',
          'Создаются в каждом новом ящике вместе с подпиской. INBOX есть всегда.',
          'Created in each new mailbox and subscribed. INBOX is always there.',
        ),
      ),
    ),
  },
  check: (document) => {
    const findings: Finding[] = [];
    const used = new Map<string, number>();
    for (const [index, folder] of document.autoCreateFolders.entries()) {
      if (folder.name.split('/')[0]?.toUpperCase() === 'INBOX') findings.push(inboxIsThere(index));
      if (folder.specialUse === 'none') continue;
      const first = used.get(folder.specialUse);
      if (first === undefined) used.set(folder.specialUse, index);
      else findings.push(useTwice(folder.specialUse, first, index));
    }
    return findings;
  },
  // RFC 5321 §2.3.5: only resolvable, fully-qualified domain names; a bare name is an alias of local use.
  cautions: ({ heloName }) =>
    heloName.includes('.')
      ? []
      : [
          {
            field: 'heloName',
            code: 'bareName',
            message: text(
              `«${heloName}» не полное имя в DNS, чужие серверы могут не принять почту: укажите, например, mail.example.org`,
              `“${heloName}” is no full DNS name, and other servers may refuse the mail: give one such as mail.example.org`,
            ),
          },
        ],
});

function inboxIsThere(index: number): Finding {
  return {
    field: `autoCreateFolders.${index}.name`,
    code: 'reserved',
    message: text(
      'INBOX есть в каждом ящике: уберите эту строку списка',
      'every mailbox has INBOX: remove this line of the list',
    ),
  };
}

function useTwice(use: string, first: number, second: number): Finding {
  return {
    field: `autoCreateFolders.${second}.specialUse`,
    code: 'repeated',
    related: [{ section: 'general', field: `autoCreateFolders.${first}.specialUse` }],
    message: text(
      `назначение ${use} уже есть у строки ${first + 1}: оставьте его одной папке`,
      `line ${first + 1} already has the use ${use}: leave it to one folder`,
    ),
  };
}
