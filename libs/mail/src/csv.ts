// Tables of people as spreadsheets write them: UTF-8 with or without its mark or windows-1251, separated by `;`, `,` or tab,
// with quotes as RFC 4180 has them. Columns are known by their headings in either language. Browsers run this as well.
import { trimBlanks } from './blanks.ts';
import { type Contact, type ContactField, contactFields } from './contact.ts';

export type CsvEncoding = 'utf-8' | 'windows-1251';

export function decodeCsv(bytes: Uint8Array): { text: string; encoding: CsvEncoding } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: new TextDecoder('windows-1251').decode(bytes), encoding: 'windows-1251' };
  }
}

// Of those in one language the first is what an export writes.
export const personHeadings = {
  address: ['address', 'email', 'e-mail', 'mail', 'адрес', 'почта', 'ящик'],
  displayName: ['display name', 'name', 'displayname', 'full name', 'фио', 'имя', 'название'],
  givenName: ['given name', 'first name', 'личное имя'],
  surname: ['surname', 'last name', 'family name', 'фамилия'],
  jobTitle: ['job title', 'title', 'должность'],
  department: ['department', 'отдел', 'подразделение'],
  organisation: ['organisation', 'organization', 'company', 'организация', 'компания'],
  workPhone: ['work phone', 'phone', 'business phone', 'рабочий телефон', 'телефон'],
  mobilePhone: ['mobile phone', 'mobile', 'мобильный телефон', 'мобильный'],
  homePhone: ['home phone', 'домашний телефон'],
  fax: ['fax', 'business fax', 'факс', 'рабочий факс'],
  office: ['office', 'кабинет', 'офис'],
  postalAddress: ['postal address', 'street', 'почтовый адрес'],
} as const satisfies Record<ContactField | 'address' | 'displayName', readonly string[]>;
export type PersonColumn = keyof typeof personHeadings;
export const personColumns = Object.keys(personHeadings) as PersonColumn[];
/** Of a spreadsheet that has the names apart. */
const bareName = 'имя';

export type Places<Column extends string> = Readonly<Partial<Record<Column, number>>>;

/** Where each column is, -1 for one that is not there; undefined when the first line is no heading. */
export function columnPlaces<Column extends string>(
  cells: readonly string[],
  headings: Readonly<Record<Column | PersonColumn, readonly string[]>>,
): Places<Column | PersonColumn> | undefined {
  const names = cells.map((cell) => trimBlanks(cell).toLowerCase());
  const columns = Object.keys(headings) as (Column | PersonColumn)[];
  const places: Partial<Record<PersonColumn | Column, number>> = Object.fromEntries(
    columns.map((column) => [column, names.findIndex((name) => headings[column].includes(name))] as const),
  ) as Record<PersonColumn | Column, number>;
  const { address = -1, surname = -1, givenName = -1, displayName = -1 }: Places<PersonColumn> = places;
  if (address < 0) return undefined;
  // «Фамилия;Имя»: where there is a surname beside it, «имя» is no name as a whole.
  if (surname >= 0 && givenName < 0 && names[displayName] === bareName) {
    const whole = names.findIndex((name) => name !== bareName && headings.displayName.includes(name));
    return { ...places, givenName: displayName, displayName: whole };
  }
  return places;
}

/** The heading of a column in a language. */
export function headingOf(names: readonly string[], language: 'ru' | 'en'): string {
  return names.find((name) => /[а-яё]/.test(name) === (language === 'ru')) ?? names[0] ?? '';
}

/** Of cells by column: the fields that are filled in. */
export function contactOfCells(cell: (column: ContactField) => string): Contact {
  return Object.fromEntries(
    contactFields.map((field) => [field, cell(field)] as const).filter(([, value]) => value !== ''),
  );
}

/** A spreadsheet takes what begins with one of these for a formula. */
const formula = /^[=+\-@\t\r]/;
const guarded = /^'(?=[=+\-@\t\r])/;
const phone = /^\+?[\d (),.-]*$/;

/** Without the quote that keeps a spreadsheet from running it. */
export function plainCell(cell: string): string {
  return cell.replace(guarded, '');
}

/** A cell that no spreadsheet runs. A telephone number stays one: what it would make of it is the number. */
function writtenCell(value: string): string {
  const safe = formula.test(value) && !phone.test(value) ? `'${value}` : value;
  return /[;"\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line with semicolons, as spreadsheets here open it. */
export function writeCsvLine(cells: readonly string[]): string {
  return `${cells.map(writtenCell).join(';')}\r\n`;
}

export function guessSeparator(text: string): string {
  const [head = ''] = text.split('\n', 1);
  const counts = [';', '\t', ','].map((one) => [one, head.split(one).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

export interface CsvLine {
  /** Where it begins, from 1. */
  line: number;
  cells: string[];
}

// RFC 4180 §2: a cell in quotes may hold separators and line ends; a quote inside of it is doubled.
export function readCsv(text: string, separator: string): CsvLine[] {
  const lines: CsvLine[] = [];
  let [cells, cell, isQuoted, line, began] = [[] as string[], '', false, 1, 1];
  const endLine = () => {
    lines.push({ line: began, cells: [...cells, cell] });
    [cells, cell, began] = [[], '', line];
  };
  for (let index = text.startsWith('\uFEFF') ? 1 : 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\n') line++;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(index + 1) === '"') cell += text.charAt(index++);
      else isQuoted = false;
    } else if (character === '"' && cell === '') isQuoted = true;
    else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') endLine();
    else if (character !== '\r') cell += character;
  }
  if (cell !== '' || cells.length > 0) endLine();
  return lines;
}
