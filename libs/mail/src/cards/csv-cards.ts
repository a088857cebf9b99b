// People in tables: a line each, contact fields in columns that are known by their headings. Photos have no place in them.
import { trimBlanks } from '../blanks.ts';
import {
  columnPlaces,
  contactOfCells,
  decodeCsv,
  guessSeparator,
  headingOf,
  type PersonColumn,
  personColumns,
  personHeadings,
  type Places,
  plainCell,
  readCsv,
  writeCsvLine,
} from '../csv.ts';
import { CardNotes, foundCard, noCard, type ReadCard } from './card.ts';
import type { WrittenCard } from './write-vcard.ts';

/** Without headings: an address and a name. */
const inOrder: Places<PersonColumn> = { address: 0, displayName: 1 };

export function* readCsvCards(file: Buffer): Generator<ReadCard> {
  const { text } = decodeCsv(file);
  const lines = readCsv(text, guessSeparator(text));
  const known = columnPlaces(lines[0]?.cells ?? [], personHeadings);
  const places = known ?? inOrder;
  for (const { line, cells } of known === undefined ? lines : lines.slice(1)) {
    if (cells.every((cell) => trimBlanks(cell) === '')) continue;
    const cell = (column: PersonColumn) => plainCell(trimBlanks(cells[places[column] ?? -1] ?? ''));
    const address = cell('address');
    if (address === '') {
      yield noCard(line, 'noAddress');
      continue;
    }
    const card = {
      displayName: cell('displayName'),
      addresses: [address],
      contact: contactOfCells(cell),
      photo: null,
    };
    yield foundCard(line, card, new CardNotes());
  }
}

/** The first line of a file, with the mark of UTF-8 that spreadsheets look for. */
export function csvHead(language: 'ru' | 'en'): string {
  return `\uFEFF${writeCsvLine(personColumns.map((column) => headingOf(personHeadings[column], language)))}`;
}

export function writeCsvCard({ address, contact }: WrittenCard, displayName: string): string {
  return writeCsvLine(
    personColumns.map((column) => {
      if (column === 'address') return address;
      return column === 'displayName' ? displayName : (contact[column] ?? '');
    }),
  );
}
