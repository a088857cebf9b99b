// Mailboxes from a file of a spreadsheet: UTF-8 with or without its mark or windows-1251, separated by `;`, `,` or tab,
// with quotes as RFC 4180 has them. Columns are known by their headings in either language, or by their order.

export interface ImportRow {
  /** In the file, from 1. */
  line: number;
  address: string;
  displayName: string;
  password: string;
  quotaMb: number | null;
  /** Why it cannot be taken. */
  problem: 'address' | 'quota' | 'twice' | null;
}

export interface Parsed {
  rows: ImportRow[];
  encoding: 'utf-8' | 'windows-1251';
  separator: string;
}

const headings = {
  address: ['address', 'email', 'e-mail', 'mail', 'адрес', 'почта', 'ящик'],
  displayName: ['name', 'displayname', 'display name', 'имя', 'фио', 'название'],
  password: ['password', 'пароль'],
  quotaMb: ['quota', 'quota mb', 'quotamb', 'квота', 'квота, мб', 'квота мб'],
} as const;
type Field = keyof typeof headings;
const fields = Object.keys(headings) as Field[];
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

type Places = Readonly<Record<Field, number>>;
const inOrder: Places = { address: 0, displayName: 1, password: 2, quotaMb: 3 };

/** Undefined when the first line is no heading. */
function placesOf(cells: readonly string[]): Places | undefined {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const at = (field: Field) =>
    names.findIndex((name) => (headings[field] as readonly string[]).includes(name));
  if (at('address') < 0) return undefined;
  return Object.fromEntries(fields.map((field) => [field, at(field)])) as Record<Field, number>;
}

function rowOf(line: number, cells: readonly string[], places: Places, seen: Set<string>): ImportRow {
  const cell = (field: Field) => cells[places[field]]?.trim() ?? '';
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
    password: cell('password'),
    quotaMb: isNumber ? Number(quota) : null,
    problem,
  };
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
