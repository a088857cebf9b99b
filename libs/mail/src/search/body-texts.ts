// The texts of a message as people read them, below its header: transfer encodings and charsets taken off, encoded words
// decoded, folded. A search reads them, and who makes the signature that a search is narrowed by: both see the same.
import { charsets } from '../charsets.ts';
import type { PartRange } from '../parts-text.ts';
import { decodeTransfer, encodingOf } from '../transfer-decoding.ts';
import { fold, Folding } from './fold.ts';
import { headerText } from './header-texts.ts';
import { decodeCharset, usableCharset, withoutTags } from './readable-text.ts';

export interface TextRange {
  start: number;
  end: number;
}

/** The octets of a message as it is shown. */
export interface TextSource {
  readonly parts: readonly PartRange[];
  /** By how much edits of the header have moved what the part ranges say. */
  readonly shift: number;
  read(range: TextRange): Promise<Buffer>;
  stream(range: TextRange): AsyncIterable<Buffer>;
}

export interface TextPiece {
  text: string;
  /** Whole, or the first or the next piece of a long one, which is being read. */
  place: 'whole' | 'first' | 'next';
}

/** Octets of a part that are decoded in one; longer ones come in pieces. */
const MAX_AT_ONCE = 256 * 1024;

/** Texts, and the headers of parts and of embedded messages. Nothing is read before it is asked for. */
export async function* bodyTexts(source: TextSource): AsyncGenerator<TextPiece> {
  for (const part of source.parts) {
    if (part.path === '') continue;
    // The MIME header of a mail's only part is the header of the mail.
    if (part.headerStart > 0) yield await headerOf(source, part.headerStart, part.bodyStart);
    if (part.isMessage && part.textStart !== null) {
      yield await headerOf(source, part.bodyStart, part.textStart);
    }
    // RFC 9051 §6.4.4: the text of the body; reports and other message/* that are no message to look into are text too.
    if (part.type === 'text' || (part.type === 'message' && !part.isMessage)) yield* partTexts(source, part);
  }
}

async function headerOf(source: TextSource, start: number, end: number): Promise<TextPiece> {
  return { text: headerText(await source.read(shown(source, start, end))), place: 'whole' };
}

/** Edits lie in the top header only: what is behind it has moved as a whole. */
function shown({ shift }: TextSource, start: number, end: number): TextRange {
  return { start: start + shift, end: end + shift };
}

async function* partTexts(source: TextSource, part: PartRange): AsyncGenerator<TextPiece> {
  const range = shown(source, part.bodyStart, part.end);
  // An encoding nobody knows is searched as it is.
  const octets = decodeTransfer(source.stream(range), encodingOf(part.encoding) ?? 'identity');
  if (range.end - range.start > MAX_AT_ONCE) return yield* longText(octets, part.charset);
  const pieces: Buffer[] = [];
  for await (const piece of octets) pieces.push(piece);
  const text = fold(decodeCharset(Buffer.concat(pieces), part.charset));
  yield { text, place: 'whole' };
  if (part.subtype === 'html') yield { text: fold(withoutTags(text)), place: 'whole' };
}

async function* longText(octets: AsyncIterable<Buffer>, charset: string | null): AsyncGenerator<TextPiece> {
  const decoder = charsets().iconv.getDecoder(usableCharset(charset) ?? 'utf8');
  const folding = new Folding();
  let place: TextPiece['place'] = 'first';
  for await (const piece of octets) {
    yield { text: folding.write(decoder.write(piece)), place };
    place = 'next';
  }
  yield { text: folding.write(decoder.end() ?? '') + folding.end(), place };
}
