// Mailboxes from a file of a spreadsheet: UTF-8 with or without its mark or windows-1251, separated by `;`, `,` or tab,
// with quotes as RFC 4180 has them. Columns are known by their headings in either language, or by their order; contact
// details by their headings alone.
import { type Contact, type ContactField, contactFields } from './contact-fields.ts';

export interface ImportRow {
  /** In the file, from 1. */
  line: number;
  address: string;
  displayName: string;
  password: string;
  quotaMb: number | null;
  /** Those that are filled in. */
  contact: Contact;
  /** null: the file does not say. */
  isHidden: boolean | null;
  /** Why it cannot be taken. */
  problem: 'address' | 'quota' | 'twice' | null;
}

export interface Parsed {
  rows: ImportRow[];
  encoding: 'utf-8' | 'windows-1251';
  separator: string;
}

// Of those in one language the first is what an export writes.
const headings = {
  address: ['address', 'email', 'e-mail', 'mail', 'адрес', 'почта', 'ящик'],
  displayName: ['display name', 'name', 'displayname', 'full name', 'фио', 'имя', 'название'],
  password: ['password', 'пароль'],
  quotaMb: ['quota mb', 'quota', 'quotamb', 'квота, мб', 'квота', 'квота мб'],
  isHidden: ['hidden', 'скрыт'],
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
} as const satisfies Record<
  ContactField | 'address' | 'displayName' | 'password' | 'quotaMb' | 'isHidden',
  unknown
>;
type Field = keyof typeof headings;
const fields = Object.keys(headings) as Field[];
/** Of a spreadsheet that has the names apart. */
const bareName = 'имя';
const mostRows = 20_000;

export function decode(bytes: Uint8Array): { text: string; encoding: Parsed['encoding'] } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: new TextDecoder('windows-1251').decode(bytes), encoding: 'windows-1251' };
  }
}

export function parseAccounts(text: string, encoding: Parsed['encoding'] = 'utf-8'): Parsed {
  const separator = guessSeparator(text);
  const lines = records(text.replace(/^\uFEFF/, ''), separator).slice(0, mostRows);
  const [first] = lines;
  const places = first === undefined ? undefined : placesOf(first.cells);
  const seen = new Set<string>();
  const rows = (places === undefined ? lines : lines.slice(1))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
    .map(({ line, cells }) => rowOf(line, cells, places ?? inOrder, seen));
  return { rows, encoding, separator };
}

function guessSeparator(text: string): string {
  const [head = ''] = text.split('\n', 1);
  const counts = [';', '\t', ','].map((one) => [one, head.split(one).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

type Places = Readonly<Partial<Record<Field, number>>>;
const inOrder: Places = { address: 0, displayName: 1, password: 2, quotaMb: 3 };

/** Undefined when the first line is no heading. */
function placesOf(cells: readonly string[]): Places | undefined {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const at = (field: Field) =>
    names.findIndex((name) => (headings[field] as readonly string[]).includes(name));
  if (at('address') < 0) return undefined;
  const places = Object.fromEntries(fields.map((field) => [field, at(field)])) as Record<Field, number>;
  // «Фамилия;Имя»: where there is a surname beside it, «имя» is no name as a whole.
  if (places.surname >= 0 && places.givenName < 0 && names[places.displayName] === bareName) {
    places.givenName = places.displayName;
    places.displayName = names.findIndex(
      (name) => name !== bareName && (headings.displayName as readonly string[]).includes(name),
    );
  }
  return places;
}

function rowOf(line: number, cells: readonly string[], places: Places, seen: Set<string>): ImportRow {
  const cell = (field: Field) => plainCell(cells[places[field] ?? -1]?.trim() ?? '');
  const [address, quota] = [cell('address').toLowerCase(), cell('quotaMb')];
  const isNumber = /^[1-9]\d{0,8}$/.test(quota);
  const problem = !/^(?:[^\s@"]+|"(?:[^"\\]|\\.)+")@[^\s@"]+$/.test(address)
    ? 'address'
    : seen.has(address)
      ? 'twice'
      : quota !== '' && !isNumber
        ? 'quota'
        : null;
  seen.add(address);
  return {
    line,
    address,
    displayName: cell('displayName'),
    password: cells[places.password ?? -1]?.trim() ?? '',
    quotaMb: isNumber ? Number(quota) : null,
    contact: Object.fromEntries(
      contactFields.map((field) => [field, cell(field)] as const).filter(([, value]) => value !== ''),
    ),
    isHidden: cell('isHidden') === '' ? null : yes.has(cell('isHidden').toLowerCase()),
    problem,
  };
}

const yes: ReadonlySet<string> = new Set(['yes', 'true', '1', 'x', '+', 'да']);

/** A spreadsheet takes what begins with one of these for a formula. */
const formula = /^[=+\-@\t\r]/;
const guarded = /^'(?=[=+\-@\t\r])/;
const phone = /^\+?[\d (),.-]*$/;

function plainCell(cell: string): string {
  return cell.replace(guarded, '');
}

/** A cell that no spreadsheet runs. A telephone number stays one: what it would make of it is the number. */
function writtenCell(value: string): string {
  const safe = formula.test(value) && !phone.test(value) ? `'${value}` : value;
  return /[;"\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

interface ExportedAccount {
  address: string;
  displayName: string;
  quotaBytes: number | null;
  contact: Contact;
  isHidden: boolean;
}

const exported = fields.filter((field) => field !== 'password');
export const megabyte = 1024 * 1024;

/** What the import reads: UTF-8 with its mark and semicolons, as spreadsheets here open it. */
export function accountsAsCsv(accounts: readonly ExportedAccount[], language: 'ru' | 'en'): string {
  const isOurs = (heading: string) => /[а-яё]/.test(heading) === (language === 'ru');
  const head = exported.map((field) => headings[field].find(isOurs) ?? field);
  const rows = accounts.map((account) => exported.map((field) => writtenCell(exportedValue(account, field))));
  return `\uFEFF${[head, ...rows].map((cells) => `${cells.join(';')}\r\n`).join('')}`;
}

function exportedValue(account: ExportedAccount, field: (typeof exported)[number]): string {
  const { address, displayName, quotaBytes, isHidden, contact } = account;
  if (field === 'address') return address;
  if (field === 'displayName') return displayName;
  if (field === 'isHidden') return isHidden ? '1' : '';
  if (field !== 'quotaMb') return contact[field] ?? '';
  return quotaBytes === null ? '' : String(Math.max(1, Math.round(quotaBytes / megabyte)));
}

interface Line {
  line: number;
  cells: string[];
}

// RFC 4180 §2: a cell in quotes may hold separators and line ends; a quote inside of it is doubled.
function records(text: string, separator: string): Line[] {
  const lines: Line[] = [];
  let [cells, cell, isQuoted, line, began] = [[] as string[], '', false, 1, 1];
  const endLine = () => {
    lines.push({ line: began, cells: [...cells, cell] });
    [cells, cell, began] = [[], '', line];
  };
  for (let index = 0; index < text.length; index++) {
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
