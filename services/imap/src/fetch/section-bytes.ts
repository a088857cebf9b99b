// One section of a message, ready to be sent: its length is known, short ones are in memory, long ones are read
// while they go out.
import { decodeTransfer, encodingOf } from '@pochtar/mail';
import type { MessageContent } from '@pochtar/store/mailbox';
import type { SectionItem } from './fetch-items.ts';
import { chooseFields, shortHeaderFor } from './header-fields.ts';
import type { ByteRange, Located, MessageBytes } from './message-bytes.ts';
import type { Partial } from './section.ts';

export type SectionBytes =
  /** The message has no such part. */
  | { kind: 'nil' }
  | { kind: 'unknownEncoding' }
  | { kind: 'memory'; octets: Buffer; isBinary: boolean }
  | { kind: 'stream'; length: number; open: () => AsyncIterable<Buffer>; isBinary: boolean }
  | { kind: 'size'; size: number };

/** What is longer is streamed. */
const MAX_IN_MEMORY = 32 * 1024;

export async function sectionBytes(
  bytes: MessageBytes,
  content: MessageContent,
  item: SectionItem,
): Promise<SectionBytes> {
  const { section } = item;
  if (section.part === 'fields' && section.path === '') {
    const short = shortHeaderFor(content, bytes, section.fields);
    if (short !== null) return inMemory(chooseFields(short, section.fields, false), item.partial);
  }
  const located = bytes.locate(section);
  // RFC 9051 §9 msg-att-static: BINARY.SIZE is a number whatever there is.
  if (located === null) return item.kind === 'binarySize' ? { kind: 'size', size: 0 } : { kind: 'nil' };
  if (section.part === 'fields' || section.part === 'fieldsNot') {
    const header = await bytes.read(located.range);
    return inMemory(chooseFields(header, section.fields, section.part === 'fieldsNot'), item.partial);
  }
  if (item.kind !== 'section') return decoded(bytes, located, item);
  return stored(bytes, cut(located.range, item.partial), false);
}

async function stored(bytes: MessageBytes, range: ByteRange, isBinary: boolean): Promise<SectionBytes> {
  const length = range.end - range.start;
  if (length > MAX_IN_MEMORY) return { kind: 'stream', length, open: () => bytes.stream(range), isBinary };
  return { kind: 'memory', octets: length === 0 ? Buffer.alloc(0) : await bytes.read(range), isBinary };
}

// RFC 9051 §6.4.5: a part of it that begins beyond the end is empty.
function cut({ start, end }: ByteRange, partial: Partial | null): ByteRange {
  if (partial === null) return { start, end };
  const from = Math.min(start + partial.offset, end);
  return { start: from, end: Math.min(from + partial.count, end) };
}

function inMemory(octets: Buffer, partial: Partial | null): SectionBytes {
  const { start, end } = cut({ start: 0, end: octets.length }, partial);
  return { kind: 'memory', octets: octets.subarray(start, end), isBinary: false };
}

/** BINARY and BINARY.SIZE: the transfer encoding taken off. The length is only known when all was decoded. */
async function decoded(
  bytes: MessageBytes,
  { range, part }: Located,
  item: SectionItem,
): Promise<SectionBytes> {
  const encoding = item.section.path === '' ? 'identity' : encodingOf(part?.encoding ?? '7bit');
  if (encoding === null) return { kind: 'unknownEncoding' };
  if (encoding === 'identity') {
    if (item.kind === 'binarySize') return { kind: 'size', size: range.end - range.start };
    return stored(bytes, cut(range, item.partial), true);
  }
  const open = (): AsyncIterable<Buffer> => decodeTransfer(bytes.stream(range), encoding);
  if (item.kind === 'binarySize') {
    let size = 0;
    for await (const piece of open()) size += piece.length;
    return { kind: 'size', size };
  }
  const wanted = cut({ start: 0, end: Number.MAX_SAFE_INTEGER }, item.partial);
  // Decoded once where it is short; otherwise a second time while it goes out.
  let kept: Buffer[] = [];
  let length = 0;
  for await (const piece of between(open(), wanted)) {
    length += piece.length;
    if (length <= MAX_IN_MEMORY) kept.push(piece);
    else kept = [];
  }
  if (length <= MAX_IN_MEMORY) return { kind: 'memory', octets: Buffer.concat(kept), isBinary: true };
  return { kind: 'stream', length, open: () => between(open(), wanted), isBinary: true };
}

async function* between(pieces: AsyncIterable<Buffer>, { start, end }: ByteRange): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const piece of pieces) {
    const wanted = piece.subarray(Math.max(0, start - at), Math.max(0, end - at));
    at += piece.length;
    if (wanted.length > 0) yield wanted;
    if (at >= end) return;
  }
}
