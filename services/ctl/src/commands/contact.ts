// pochtar contact: people outside whom the address book of a domain names: list, show, add, set, remove, photo.
import { adminContact, type ExternalContactInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { contactLines, contactOf, contactOptions } from '../contact-options.ts';
import { type Input, UsageError } from '../input.ts';
import { text } from '../language.ts';
import { list, table, time } from '../output.ts';
import { noteNext, pageOf, pageOptions } from '../paging.ts';
import type { Session } from '../session.ts';
import { contactFileCommands } from './people-file.ts';
import { photoCommands } from './photo.ts';

const named = [{ name: 'DOMAIN' }, { name: 'ADDRESS' }];

function nameOf(input: Input): { domain: string; address: string } {
  return { domain: input.arg(0), address: input.arg(1) };
}

const fieldOptions = {
  name: { value: 'TEXT', help: text('имя, как его показывать', 'the name as it is shown') },
  ...contactOptions,
};

function fieldsOf(input: Input): { displayName?: string; contact?: ReturnType<typeof contactOf> } {
  const displayName = input.option('name');
  const contact = contactOf(input);
  return {
    ...(displayName !== undefined && { displayName }),
    ...(contact !== undefined && { contact }),
  };
}

function linesOf(session: Session, one: ExternalContactInfo): string {
  const photo = one.hasPhoto ? text('есть', 'there') : text('нет', 'none');
  return list([
    [session.say(text('Адрес', 'Address')), one.address],
    [session.say(text('В книге домена', 'In the book of')), one.domain],
    [session.say(text('Имя', 'Name')), one.displayName],
    [session.say(text('Создан', 'Created')), time(one.createdAt)],
    [session.say(text('Фото', 'Photo')), session.say(photo)],
    ...contactLines(one.contact, (words) => session.say(words)),
  ]);
}

const listContacts: Command = {
  words: 'contact list',
  summary: text('внешние контакты адресной книги', 'external contacts of the address book'),
  options: {
    ...pageOptions,
    after: { value: 'TEXT', help: text('продолжить после этого места', 'go on after this place') },
  },
  async run(session, input) {
    const result = await session.ask(adminContact.list, pageOf(input));
    const titles = [
      text('Адрес', 'Address'),
      text('В книге домена', 'In the book of'),
      text('Имя', 'Name'),
      text('Организация', 'Organisation'),
    ];
    const code = await session.show(result, () =>
      table(
        titles.map((title) => session.say(title)),
        result.contacts.map(({ address, domain, displayName, contact }) => [
          address,
          domain,
          displayName,
          contact.organisation ?? '',
        ]),
      ),
    );
    noteNext(session, result.next);
    return code;
  },
};

const showContact: Command = {
  words: 'contact show',
  summary: text('один внешний контакт', 'one external contact'),
  args: named,
  async run(session, input) {
    const result = await session.ask(adminContact.show, nameOf(input));
    return session.show(result, () => linesOf(session, result.contact));
  },
};

const addContact: Command = {
  words: 'contact add',
  summary: text(
    'добавить в книгу домена человека со стороны',
    'add somebody outside to the book of a domain',
  ),
  args: named,
  options: fieldOptions,
  async run(session, input) {
    const result = await session.ask(adminContact.create, { ...nameOf(input), ...fieldsOf(input) });
    return session.show(result, () => linesOf(session, result.contact));
  },
};

const setContact: Command = {
  words: 'contact set',
  summary: text('изменить внешний контакт', 'change an external contact'),
  args: named,
  options: {
    ...fieldOptions,
    address: { value: 'ADDRESS', help: text('новый адрес', 'the new address') },
  },
  async run(session, input) {
    const newAddress = input.option('address');
    const change = { ...fieldsOf(input), ...(newAddress !== undefined && { newAddress }) };
    if (Object.keys(change).length === 0) {
      throw new UsageError(
        text(
          'укажите, что изменить: --name, --address, --organisation, --work-phone и другие',
          'say what to change: --name, --address, --organisation, --work-phone and others',
        ),
      );
    }
    const result = await session.ask(adminContact.update, { ...nameOf(input), ...change });
    return session.show(result, () => linesOf(session, result.contact));
  },
};

const removeContact: Command = {
  words: 'contact remove',
  summary: text('убрать внешний контакт из книги', 'take an external contact out of the book'),
  args: named,
  async run(session, input) {
    const result = await session.ask(adminContact.delete, nameOf(input));
    return session.show(result, () => '');
  },
};

export const contactCommands: Command[] = [
  listContacts,
  showContact,
  addContact,
  setContact,
  removeContact,
  ...contactFileCommands,
  ...photoCommands({
    words: 'contact',
    args: named,
    nameOf,
    photo: adminContact.photo,
    setPhoto: adminContact.setPhoto,
  }),
];
