// The contact fields of a person as options (`--work-phone`), and as lines to read.
import { type Contact, type ContactField, contactFields } from '@pochtar/mail/contact';
import type { Input } from './input.ts';
import { type Text, text } from './language.ts';
import type { Option } from './syntax.ts';

const names: Readonly<Record<ContactField, Text>> = {
  givenName: text('Личное имя', 'Given name'),
  surname: text('Фамилия', 'Surname'),
  jobTitle: text('Должность', 'Job title'),
  department: text('Отдел', 'Department'),
  organisation: text('Организация', 'Organisation'),
  workPhone: text('Рабочий телефон', 'Work phone'),
  mobilePhone: text('Мобильный телефон', 'Mobile phone'),
  homePhone: text('Домашний телефон', 'Home phone'),
  fax: text('Факс', 'Fax'),
  office: text('Кабинет', 'Office'),
  postalAddress: text('Почтовый адрес', 'Postal address'),
};

/** `workPhone` is --work-phone. */
function optionOf(field: ContactField): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const contactOptions: Readonly<Record<string, Option>> = Object.fromEntries(
  contactFields.map((field) => {
    const { ru, en } = names[field];
    const help = text(`${ru.toLowerCase()}; '' убирает`, `${en.toLowerCase()}; '' takes it away`);
    return [optionOf(field), { value: 'TEXT', help }];
  }),
);

/** Undefined: none was given. */
export function contactOf(input: Input): Contact | undefined {
  const given = contactFields.flatMap((field) => {
    const value = input.option(optionOf(field));
    return value === undefined ? [] : [[field, value] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** Those that are there. */
export function contactLines(contact: Contact, say: (text: Text) => string): [string, string][] {
  return contactFields.flatMap((field): [string, string][] => {
    const value = contact[field];
    return value === undefined ? [] : [[say(names[field]), value]];
  });
}
