// Mailboxes from a file of a spreadsheet. Columns are known by their headings in either language, or by their order; contact
// details by their headings alone.
import {
  columnPlaces,
  contactOfCells,
  type CsvEncoding,
  guessSeparator,
  headingOf,
  type PersonColumn,
  personColumns,
  personHeadings,
  type Places,
  plainCell,
  readCsv,
  writeCsvLine,
} from '@pochtar/mail/csv';
import type { Contact } from './contact-fields.ts';

export { decodeCsv as decode } from '@pochtar/mail/csv';

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
  encoding: CsvEncoding;
  separator: string;
}

// Of those in one language the first is what an export writes.
const headings = {
  ...personHeadings,
  password: ['password', 'пароль'],
  quotaMb: ['quota mb', 'quota', 'quotamb', 'квота, мб', 'квота', 'квота мб'],
  isHidden: ['hidden', 'скрыт'],
} as const;
type Field = keyof typeof headings;
type Exported = PersonColumn | 'quotaMb' | 'isHidden';
const mostRows = 20_000;

export function parseAccounts(text: string, encoding: Parsed['encoding'] = 'utf-8'): Parsed {
  const separator = guessSeparator(text);
  const lines = readCsv(text, separator).slice(0, mostRows);
  const [first] = lines;
  const places = first === undefined ? undefined : columnPlaces(first.cells, headings);
  const seen = new Set<string>();
  const rows = (places === undefined ? lines : lines.slice(1))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
    .map(({ line, cells }) => rowOf(line, cells, places ?? inOrder, seen));
  return { rows, encoding, separator };
}

const inOrder: Places<Field> = { address: 0, displayName: 1, password: 2, quotaMb: 3 };

function rowOf(line: number, cells: readonly string[], places: Places<Field>, seen: Set<string>): ImportRow {
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
    contact: contactOfCells(cell),
    isHidden: cell('isHidden') === '' ? null : yes.has(cell('isHidden').toLowerCase()),
    problem,
  };
}

const yes: ReadonlySet<string> = new Set(['yes', 'true', '1', 'x', '+', 'да']);

interface ExportedAccount {
  address: string;
  displayName: string;
  quotaBytes: number | null;
  contact: Contact;
  isHidden: boolean;
}

const exported: readonly Exported[] = [
  ...personColumns.slice(0, 2),
  'quotaMb',
  'isHidden',
  ...personColumns.slice(2),
];
export const megabyte = 1024 * 1024;

/** What the import reads: UTF-8 with its mark and semicolons, as spreadsheets here open it. */
export function accountsAsCsv(accounts: readonly ExportedAccount[], language: 'ru' | 'en'): string {
  const head = exported.map((field) => headingOf(headings[field], language));
  const rows = accounts.map((account) => exported.map((field) => exportedValue(account, field)));
  return `\uFEFF${[head, ...rows].map(writeCsvLine).join('')}`;
}

function exportedValue(account: ExportedAccount, field: Exported): string {
  const { address, displayName, quotaBytes, isHidden, contact } = account;
  if (field === 'address') return address;
  if (field === 'displayName') return displayName;
  if (field === 'isHidden') return isHidden ? '1' : '';
  if (field !== 'quotaMb') return contact[field] ?? '';
  return quotaBytes === null ? '' : String(Math.max(1, Math.round(quotaBytes / megabyte)));
}
