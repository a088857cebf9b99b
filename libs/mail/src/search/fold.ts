// The form in which texts are compared: composed, and without regard to case (RFC 9051 §6.4.4). What a text is folded to does
// not depend on where it is cut, so that a long one can be folded as it comes by.
import { NOT_ASCII } from '../words.ts';

/** Folds a text. */
export function fold(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  // The small sigma has a form of its own at the end of a word, which a piece of a text does not know.
  return text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
}

/** What may be composed with the character before it. */
const COMPOSES = /[\p{M}\u1160-\u11ff\ud7b0-\ud7ff]/u;
/** Marks in a row that are kept together: beyond, it is no text. */
const MAX_MARKS = 1024;

/** Folds a text that comes in pieces: together they are what the whole text is folded to. */
export class Folding {
  #held = '';

  write(piece: string): string {
    const text = this.#held + piece;
    const end = lastBeginning(text);
    this.#held = text.slice(end);
    return fold(text.slice(0, end));
  }

  end(): string {
    const rest = fold(this.#held);
    this.#held = '';
    return rest;
  }
}

/** Where the last character begins that nothing before it changes. */
function lastBeginning(text: string): number {
  const lowest = Math.max(0, text.length - MAX_MARKS);
  for (let at = text.length - 1; at >= lowest; at--) {
    const code = text.charCodeAt(at);
    if (code < 0x300) return at;
    const isSecondHalf = code >= 0xdc00 && code <= 0xdfff;
    if (!isSecondHalf && !COMPOSES.test(String.fromCodePoint(text.codePointAt(at) as number))) return at;
  }
  return lowest;
}
