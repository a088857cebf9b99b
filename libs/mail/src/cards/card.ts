// What files of an address book say of somebody, whatever they are written in: vCard (RFC 6350), LDIF (RFC 2849), CSV.
import type { Contact } from '../contact.ts';

export interface Card {
  /** '' where there is none. */
  displayName: string;
  /** As they are written, the one that is preferred first. */
  addresses: string[];
  /** The fields that the file names; '' is one that it takes away. */
  contact: Contact;
  /** A JPEG, as it stands there. */
  photo: Buffer | null;
}

/** Why there is nothing to take. */
export type CardProblem =
  | 'noAddress'
  | 'group'
  | 'cutOff'
  | 'tooLong'
  | 'notUnderstood'
  | 'removal'
  | 'byReference';
/** What of a card is left out. */
export type CardNote = 'otherAddresses' | 'photoFormat' | 'photoTooLarge';

export interface ReadCard {
  /** Where it begins in the file, from 1. */
  line: number;
  card: Card | null;
  problem: CardProblem | null;
  notes: CardNote[];
}

/** Octets of one card or entry: a photo of a camera, in base64, and some room. */
export const MAX_CARD_BYTES = 1024 * 1024;
/** Larger ones than the address book keeps are left out, not refused. */
const MAX_PHOTO_BYTES = 64 * 1024;

export class CardNotes {
  readonly list: CardNote[] = [];

  add(note: CardNote): void {
    if (!this.list.includes(note)) this.list.push(note);
  }

  /** The photo, if it is one that can be kept. */
  photo(bytes: Buffer): Buffer | null {
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8) this.add('photoFormat');
    else if (bytes.length > MAX_PHOTO_BYTES) this.add('photoTooLarge');
    else return bytes;
    return null;
  }
}

export function foundCard(line: number, card: Card, notes: CardNotes): ReadCard {
  const [first, ...others] = card.addresses;
  if (first === undefined) return { line, card: null, problem: 'noAddress', notes: notes.list };
  if (others.length > 0) notes.add('otherAddresses');
  return { line, card, problem: null, notes: notes.list };
}

export function noCard(line: number, problem: CardProblem): ReadCard {
  return { line, card: null, problem, notes: [] };
}

export interface Line {
  /** From 1. */
  number: number;
  /** Octets as a byte string, without the end of line. */
  text: string;
}

/** Lines of a file, whatever ends them; not unfolded. */
export function* linesOf(bytes: Buffer): Generator<Line> {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let number = 1;
  let at = start;
  while (at < bytes.length) {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed < 0 ? bytes.length : feed;
    const text = bytes.toString('latin1', at, end > at && bytes[end - 1] === 0x0d ? end - 1 : end);
    // Line ends of old Apple programs.
    if (text.includes('\r')) for (const one of text.split('\r')) yield { number: number++, text: one };
    else yield { number: number++, text };
    at = end + 1;
  }
}
