// The texts of header fields as a search compares them: encoded words decoded, folded (RFC 9051 §6.4.4).
import { parseAddressList } from '../address-list.ts';
import { type HeaderField, parseHeaderFields } from '../header.ts';
import { bytesToText, decodeWords } from '../words.ts';
import { fold } from './fold.ts';

const ADDRESS_FIELDS: readonly string[] = ['bcc', 'cc', 'from', 'to'];

/** A whole header, a field a line. */
export function headerText(header: Buffer): string {
  return parseHeaderFields(header)
    .map(({ name, value }) => fold(`${name}: ${decodeWords(value)}`))
    .join('\n');
}

/** What a search for a field looks at: its value, and of a field of addresses also what ENVELOPE shows. */
export function fieldTexts({ lower, value }: Pick<HeaderField, 'lower' | 'value'>): string[] {
  const texts = [fold(decodeWords(value))];
  // RFC 9051 §6.4.4: FROM and its like ask for what ENVELOPE shows; people also remember the field as it stands.
  if (ADDRESS_FIELDS.includes(lower)) texts.push(fold(addressesOf(value)));
  return texts;
}

/** Names and addresses of a list, without comments and without the quotes and blanks of its syntax. */
function addressesOf(value: string): string {
  return parseAddressList(value)
    .flatMap((entry) => (entry.kind === 'group' ? entry.members : [entry]))
    .map(({ name, localPart, domain }) => {
      const address = bytesToText(`${localPart ?? ''}@${domain ?? ''}`);
      return name === null ? address : `${decodeWords(name)} <${address}>`;
    })
    .join(', ');
}

/** Of a header, everything that headerText() or fieldTexts() of one of its fields may have. */
export function searchedHeader(header: Buffer): string[] {
  const lists = parseHeaderFields(header).filter(({ lower }) => ADDRESS_FIELDS.includes(lower));
  return [headerText(header), ...lists.map(({ value }) => fold(addressesOf(value)))];
}
