// The text by which a message is sorted (RFC 5256 §3; RFC 5957 §3 for what is displayed of addresses).
import { baseSubject, decodeWords, type ListedAddress, parseAddressList } from '@pochtar/mail';
import type { SearchedMessage } from '../search/searched-message.ts';
import type { SortKey } from './sort-criteria.ts';

type TextKey = Exclude<SortKey, 'ARRIVAL' | 'DATE' | 'SIZE'>;

const FIELD: Record<Exclude<TextKey, 'SUBJECT'>, string> = {
  CC: 'cc',
  DISPLAYFROM: 'from',
  DISPLAYTO: 'to',
  FROM: 'from',
  TO: 'to',
};

/** RFC 5256 §3: what is not there is an empty text. */
export async function sortText(message: SearchedMessage, key: TextKey): Promise<string> {
  if (key === 'SUBJECT') return baseSubject((await message.fieldValue('subject')) ?? '').text;
  const [first] = parseAddressList((await message.fieldValue(FIELD[key])) ?? '', 1);
  if (first === undefined) return '';
  // A group begins with its name, for both.
  if (first.kind === 'group') return decodeWords(first.name);
  return key.startsWith('DISPLAY') ? displayed(first) : decodeWords(first.localPart ?? '');
}

/** RFC 5957 §3: the name; without one, the address. */
function displayed({ name, localPart, domain }: ListedAddress): string {
  const text = name === null ? '' : decodeWords(name).trim();
  return text === '' ? decodeWords(`${localPart ?? ''}@${domain ?? ''}`) : text;
}
