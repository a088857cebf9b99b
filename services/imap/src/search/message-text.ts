// Whether a message has a text, as people read it. What is short is decoded once and kept while the message is looked at, a
// long text is searched as it comes by.
import { bodyTexts, headerText, type TextPiece } from '@pochtar/mail/search';
import type { MessageBytes } from '../fetch/message-bytes.ts';

/** Characters of folded text that are kept. */
const MAX_KEPT = 1024 * 1024;

export class MessageText {
  readonly #bytes: MessageBytes;
  #header: Promise<string> | null = null;
  #kept: TextPiece[] = [];
  #keptLength = 0;
  /** What is behind what is kept; null: nothing has been read. */
  #rest: AsyncGenerator<TextPiece> | null = null;
  #isLong = false;

  constructor(bytes: MessageBytes) {
    this.#bytes = bytes;
  }

  async headerContains(needle: string): Promise<boolean> {
    this.#header ??= this.#bytes.read({ start: 0, end: this.#bytes.headerSize }).then(headerText);
    return (await this.#header).includes(needle);
  }

  /** Texts, and the headers of parts and of embedded messages. */
  async bodyContains(needle: string): Promise<boolean> {
    const has = lookFor(needle);
    if (this.#isLong) return this.#readContains(has);
    if (this.#kept.some(has)) return true;
    this.#rest ??= bodyTexts(this.#bytes);
    for (;;) {
      const next = await this.#rest.next();
      if (next.done) return false;
      const piece = next.value;
      this.#keep(piece);
      if (!has(piece)) continue;
      // What is being read is not left open.
      if (piece.place !== 'whole') await this.#forget();
      return true;
    }
  }

  async #readContains(has: (piece: TextPiece) => boolean): Promise<boolean> {
    for await (const piece of bodyTexts(this.#bytes)) if (has(piece)) return true;
    return false;
  }

  #keep(piece: TextPiece): void {
    if (this.#isLong) return;
    this.#keptLength += piece.text.length;
    this.#isLong = this.#keptLength > MAX_KEPT;
    if (this.#isLong) this.#kept = [];
    else this.#kept.push(piece);
  }

  async #forget(): Promise<void> {
    await this.#rest?.return(undefined);
    this.#rest = null;
    this.#kept = [];
    this.#keptLength = 0;
  }
}

/** Of one piece after the other. */
function lookFor(needle: string): (piece: TextPiece) => boolean {
  let tail = '';
  return ({ text, place }) => {
    const looked = place === 'next' ? tail + text : text;
    // What is found may begin in one piece and end in the next.
    tail = needle.length > 1 ? looked.slice(1 - needle.length) : '';
    return looked.includes(needle);
  };
}
