// The text of a message as people read it: transfer encodings and charsets taken off, encoded words decoded. Short
// texts are decoded once and kept while the message is looked at, long ones are searched as they come by.
import { decodeTransfer, decodeWords, encodingOf, parseHeaderFields, type PartRange } from '@pochtar/mail';
import iconv from 'iconv-lite';
import type { ByteRange, MessageBytes } from '../fetch/message-bytes.ts';
import { fold } from './fold.ts';
import { decodeCharset, usableCharset, withoutTags } from './readable-text.ts';

/** Octets of a part that are decoded in one. */
const MAX_AT_ONCE = 256 * 1024;
/** Characters of folded text that are kept. */
const MAX_KEPT = 1024 * 1024;

export class MessageText {
  readonly #bytes: MessageBytes;
  readonly #kept = new Map<string, string>();
  #keptLength = 0;
  #header: Promise<string> | null = null;

  constructor(bytes: MessageBytes) {
    this.#bytes = bytes;
  }

  async headerContains(needle: string): Promise<boolean> {
    this.#header ??= this.#readHeader({ start: 0, end: this.#bytes.headerSize });
    return (await this.#header).includes(needle);
  }

  /** Texts, and the headers of parts and of embedded messages. */
  async bodyContains(needle: string): Promise<boolean> {
    for (const part of this.#bytes.parts) {
      if (part.path === '') continue;
      if (await this.#partContains(part, needle)) return true;
    }
    return false;
  }

  async #partContains(part: PartRange, needle: string): Promise<boolean> {
    for (const section of ['mime', 'header'] as const) {
      // The MIME header of a mail's only part is the header of the mail.
      if (section === 'mime' && part.headerStart === 0) continue;
      const located = this.#bytes.locate({ path: part.path, part: section, fields: [], text: '' });
      if (located === null) continue;
      const text = await this.#once(`${part.path} ${section}`, () => this.#readHeader(located.range));
      if (text.includes(needle)) return true;
    }
    // RFC 9051 §6.4.4: the text of the body; reports and other message/* that are no message to look into are text too.
    if (part.type !== 'text' && (part.type !== 'message' || part.isMessage)) return false;
    const located = this.#bytes.locate({ path: part.path, part: 'all', fields: [], text: '' });
    if (located === null) return false;
    const length = located.range.end - located.range.start;
    if (length > MAX_AT_ONCE) return this.#longContains(part, located.range, needle);
    const text = await this.#once(part.path, () => this.#readText(part, located.range));
    return text.includes(needle);
  }

  async #once(name: string, read: () => Promise<string>): Promise<string> {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const text = await read();
    if (this.#keptLength + text.length <= MAX_KEPT) {
      this.#kept.set(name, text);
      this.#keptLength += text.length;
    }
    return text;
  }

  async #readHeader(range: ByteRange): Promise<string> {
    const fields = parseHeaderFields(await this.#bytes.read(range));
    return fields.map(({ name, value }) => fold(`${name}: ${decodeWords(value)}`)).join('\n');
  }

  async #readText(part: PartRange, range: ByteRange): Promise<string> {
    const pieces: Buffer[] = [];
    for await (const piece of this.#decoded(part, range)) pieces.push(piece);
    const text = fold(decodeCharset(Buffer.concat(pieces), part.charset));
    return part.subtype === 'html' ? `${text}\n${fold(withoutTags(text))}` : text;
  }

  async #longContains(part: PartRange, range: ByteRange, needle: string): Promise<boolean> {
    const decoder = iconv.getDecoder(usableCharset(part.charset) ?? 'utf8');
    let tail = '';
    for await (const piece of this.#decoded(part, range)) {
      const text = tail + fold(decoder.write(piece));
      if (text.includes(needle)) return true;
      // What is found may begin in one piece and end in the next.
      tail = needle.length > 1 ? text.slice(1 - needle.length) : '';
    }
    return (tail + fold(decoder.end() ?? '')).includes(needle);
  }

  #decoded(part: PartRange, range: ByteRange): AsyncIterable<Buffer> {
    // An encoding nobody knows is searched as it is.
    return decodeTransfer(this.#bytes.stream(range), encodingOf(part.encoding) ?? 'identity');
  }
}
