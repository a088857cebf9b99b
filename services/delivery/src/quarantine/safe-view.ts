// A hostile mail as plain text: the texts of its parts, HTML as the words that it has, and of everything else the name, type
// and size. Nothing is rendered, opened or fetched; everything is bounded. Pure: octets in, texts out.
import type { QuarantinedParts } from '@pochtar/bus';
import { textOf, textOfMarkup } from '@pochtar/dlp/text';
import {
  decodeWords,
  MailScanner,
  parameterOctets,
  parseHeaderFields,
  type Part,
  transferDecoded,
} from '@pochtar/mail';

/** Octets of a mail that are looked at. */
export const MAX_VIEWED = 8 * 1024 * 1024;
/** Octets of a text part before it is decoded. */
const MAX_PART = 256 * 1024;
/** Characters of all texts together: in the worst case each is six octets on the bus. */
const MAX_CHARACTERS = 80_000;
const MAX_PARTS = 100;
const MAX_NAME = 200;
const MAX_FIELDS = 200;
const MAX_VALUE = 2000;
const MAX_HEADER_CHARACTERS = 60_000;

/** The parts of a mail whose first octets are `bytes`, `size` in all. */
export function safeParts(bytes: Buffer, size: number): QuarantinedParts {
  const scanner = new MailScanner({ parts: MAX_PARTS });
  scanner.write(bytes);
  const { root, problems } = scanner.end();
  const isCut = size > bytes.length || problems.some((problem) => problem.startsWith('more than'));
  const found: QuarantinedParts = { texts: [], attachments: [], isCut };
  let left = MAX_CHARACTERS;
  for (const part of leaves(root)) {
    // The last part of a mail that is not there as a whole goes on to its end.
    const end = size > bytes.length && part.end >= bytes.length ? size : part.end;
    const text = isShown(part) ? partText(bytes, part) : null;
    if (text === null) {
      found.attachments.push({ name: nameOf(part), type: typeOf(part), size: savedSize(part, end) });
      continue;
    }
    const shown = text.slice(0, left).toWellFormed();
    left -= shown.length;
    const isTextCut = shown.length < text.length || end - part.bodyStart > MAX_PART;
    found.texts.push({ type: typeOf(part), name: nameOf(part), text: shown, isCut: isTextCut });
  }
  return found;
}

/** The fields of a header, decoded, each on one line. */
export function safeHeader(header: Buffer): { fields: { name: string; value: string }[]; isCut: boolean } {
  const all = parseHeaderFields(header);
  const fields: { name: string; value: string }[] = [];
  let left = MAX_HEADER_CHARACTERS;
  for (const { name, value } of all.slice(0, MAX_FIELDS)) {
    const text = decodeWords(value.slice(0, MAX_VALUE));
    left -= text.length + name.length;
    if (left < 0) break;
    fields.push({ name: name.slice(0, MAX_NAME), value: text });
  }
  const isCut = fields.length < all.length || all.some(({ value }) => value.length > MAX_VALUE);
  return { fields, isCut };
}

function* leaves(part: Part): Generator<Part> {
  // An embedded message is an attachment, named by its own header's absence of a name.
  if (part.kind === 'multipart') for (const child of part.children) yield* leaves(child);
  else yield part;
}

function isShown({ type, kind, disposition }: Part): boolean {
  return type === 'text' && kind === 'leaf' && disposition?.type !== 'attachment';
}

/** Null when it is no text after all. */
function partText(bytes: Buffer, part: Part): string | null {
  const octets = bytes.subarray(part.bodyStart, Math.min(part.end, part.bodyStart + MAX_PART));
  const body = transferDecoded(octets, part.encoding);
  if (body === null) return null;
  const text = body.length === 0 ? '' : textOf(body, parameterOctets(part.parameters, 'charset') ?? null);
  if (text === null) return null;
  return withoutControls(part.subtype === 'html' ? textOfMarkup(text, true) : text);
}

// oxlint-disable-next-line no-control-regex -- everything but TAB and LF
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function withoutControls(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '\ufffd')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function typeOf({ type, subtype }: Part): string {
  return `${type}/${subtype}`.slice(0, MAX_NAME).toWellFormed();
}

function nameOf({ disposition, parameters }: Part): string {
  const octets =
    (disposition && parameterOctets(disposition.parameters, 'filename')) ??
    parameterOctets(parameters, 'name');
  return octets === undefined
    ? ''
    : decodeWords(octets.slice(0, MAX_VALUE)).slice(0, MAX_NAME).toWellFormed();
}

/** Without looking at its octets: base64 in lines of 76 is 78 octets for 57. */
function savedSize({ encoding, bodyStart }: Part, end: number): number {
  const octets = Math.max(0, end - bodyStart);
  return encoding === 'base64' ? Math.floor((octets * 57) / 78) : octets;
}
