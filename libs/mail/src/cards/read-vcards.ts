// vCard 4.0 (RFC 6350), 3.0 (RFC 2426) and 2.1 as mail programs and telephones write them. What the address book has no
// field for is passed over; what is damaged is told with its line, and does not keep the others from being read.
import { trimBlanks } from '../blanks.ts';
import type { Contact, ContactField } from '../contact.ts';
import { transferDecoded } from '../transfer-decoding.ts';
import { type Card, CardNotes, foundCard, linesOf, MAX_CARD_BYTES, noCard, type ReadCard } from './card.ts';
import {
  isQuotedPrintable,
  readVcardLine,
  structuredValue,
  textValue,
  typesOf,
  type VcardLine,
} from './vcard-line.ts';

/** Cards in the order of the file. Cards inside of cards (2.1, `AGENT`) are not read. */
export function* readVcards(file: Buffer): Generator<ReadCard> {
  let reading: { from: number; lines: string[]; bytes: number; depth: number } | null = null;
  for (const { number, text } of linesOf(file)) {
    const isBegin = /^begin:[ \t]*vcard[ \t]*$/i.test(text);
    if (reading === null) {
      if (isBegin) reading = { from: number, lines: [], bytes: 0, depth: 1 };
      else if (trimBlanks(text) !== '') yield noCard(number, 'notUnderstood');
      continue;
    }
    if (isBegin) reading.depth++;
    const isEnd: boolean = /^end:[ \t]*vcard[ \t]*$/i.test(text);
    if (isEnd && --reading.depth === 0) {
      const isWhole: boolean = reading.bytes <= MAX_CARD_BYTES;
      yield isWhole ? cardOf(reading.from, unfolded(reading.lines)) : noCard(reading.from, 'tooLong');
      reading = null;
      continue;
    }
    if (reading.depth > 1 || isEnd) continue;
    reading.bytes += text.length + 1;
    if (reading.bytes <= MAX_CARD_BYTES) reading.lines.push(text);
  }
  if (reading !== null) yield noCard(reading.from, 'cutOff');
}

/** RFC 6350 §3.2: a line that begins with a space or a tab goes on with the one before. */
function unfolded(lines: readonly string[]): VcardLine[] {
  const logical: string[][] = [];
  let isOpen = false;
  for (const text of lines) {
    const last = logical.at(-1);
    if (isOpen && last !== undefined) last.push(`\n${text}`);
    else if (/^[ \t]/.test(text) && last !== undefined) last.push(text.slice(1));
    else logical.push([text]);
    // 2.1 ends lines that go on with `=` where a value is quoted-printable.
    const begun: VcardLine | null = isOpen ? null : readVcardLine(text);
    isOpen = text.endsWith('=') && (isOpen || (begun !== null && isQuotedPrintable(begun)));
  }
  return logical.flatMap((pieces) => readVcardLine(pieces.join('')) ?? []);
}

interface Reading {
  card: Card;
  notes: CardNotes;
  isGroup: boolean;
  /** Addresses with how much they are preferred, less being more. */
  addresses: { address: string; preference: number }[];
}

function cardOf(line: number, properties: readonly VcardLine[]): ReadCard {
  const card: Card = { displayName: '', addresses: [], contact: {}, photo: null };
  const reading: Reading = { card, notes: new CardNotes(), isGroup: false, addresses: [] };
  for (const property of properties) takers[property.name]?.(property, reading);
  if (reading.isGroup) return noCard(line, 'group');
  card.addresses = reading.addresses
    .toSorted((a, b) => a.preference - b.preference)
    .map(({ address }) => address);
  return foundCard(line, card, reading.notes);
}

function put(contact: Contact, field: ContactField, value: string): void {
  const text = oneLine(value);
  // The first of several is the one that people see.
  if (text !== '' && contact[field] === undefined) contact[field] = text;
}

/** Addresses are written over several lines; the fields of the book are one each. */
function oneLine(value: string): string {
  return value
    .split(/[\r\n]+/)
    .map(trimBlanks)
    .filter((one) => one !== '')
    .join(', ');
}

const takers: Readonly<Record<string, (property: VcardLine, reading: Reading) => void>> = {
  FN: (property, { card }) => void (card.displayName ||= oneLine(textValue(property))),
  N(property, { card: { contact } }) {
    const [surname = '', givenName = ''] = structuredValue(property);
    put(contact, 'surname', surname);
    put(contact, 'givenName', givenName);
  },
  KIND: (property, reading) => void (reading.isGroup ||= isGroupKind(property)),
  'X-ADDRESSBOOKSERVER-KIND': (property, reading) => void (reading.isGroup ||= isGroupKind(property)),
  EMAIL(property, { addresses }) {
    const address = trimBlanks(textValue(property)).replace(/^mailto:/i, '');
    if (address !== '') addresses.push({ address, preference: preferenceOf(property) });
  },
  TEL(property, { card: { contact } }) {
    const number = textValue(property).replace(/^tel:/i, '').replace(/;ext=/i, ' ext. ');
    put(contact, phoneField(typesOf(property)), number);
  },
  TITLE: (property, { card: { contact } }) => put(contact, 'jobTitle', textValue(property)),
  ORG(property, { card: { contact } }) {
    const [organisation = '', ...units] = structuredValue(property);
    put(contact, 'organisation', organisation);
    put(contact, 'department', units.filter((unit) => unit !== '').join(', '));
  },
  ADR(property, { card: { contact } }) {
    const [box = '', office = '', street = '', city = '', region = '', code = '', country = ''] =
      structuredValue(property);
    put(contact, 'office', office);
    const parts = [box, street, city, region, code, country];
    put(contact, 'postalAddress', parts.filter((part) => part !== '').join(', '));
  },
  PHOTO(property, { card, notes }) {
    const bytes = photoOf(property);
    card.photo ??= bytes === null ? null : notes.photo(bytes);
    if (bytes === null) notes.add('photoFormat');
  },
};

function isGroupKind(property: VcardLine): boolean {
  return trimBlanks(textValue(property)).toLowerCase() === 'group';
}

/** RFC 6350 §5.3: 1 is what is most preferred; 3.0 has a type for it. */
function preferenceOf(property: VcardLine): number {
  const written = Number(property.params.get('PREF')?.[0] ?? Number.NaN);
  if (written >= 1 && written <= 100) return written;
  return typesOf(property).includes('PREF') ? 1 : 101;
}

function phoneField(types: readonly string[]): ContactField {
  if (types.includes('FAX')) return 'fax';
  if (types.includes('CELL') || types.includes('IPHONE') || types.includes('PAGER')) return 'mobilePhone';
  return types.includes('HOME') && !types.includes('WORK') ? 'homePhone' : 'workPhone';
}

/** null: it is elsewhere, or in no way of writing that is known. */
function photoOf({ params, value }: VcardLine): Buffer | null {
  const written = value.replaceAll(/[ \t\r\n]/g, '');
  // RFC 6350 §6.2.4, RFC 2397.
  const data = /^data:[^,;]*(?:;[^,;]*)*;base64,/i.exec(written);
  if (data !== null) return base64(written.slice(data[0].length));
  const encoding = [...(params.get('ENCODING') ?? []), ...(params.get('TYPE') ?? [])].map((one) =>
    one.toUpperCase(),
  );
  return encoding.includes('B') || encoding.includes('BASE64') ? base64(written) : null;
}

function base64(text: string): Buffer | null {
  return transferDecoded(Buffer.from(text, 'latin1'), 'base64');
}
