// The bytes of one message as a reader is shown them, by range; and where its sections lie (RFC 9051 §6.4.5).
import { decodeParts, type PartRange } from '@pochtar/mail';
import { BlobMissing, type BodyReads } from '@pochtar/store/blob';
import {
  deliveredSize,
  headerShift,
  readDelivered,
  type StoredBody,
  streamDelivered,
} from '@pochtar/store/content';
import type { Queryable } from '@pochtar/store/db';
import { type MessageContent, readStored } from '@pochtar/store/mailbox';
import type { Section } from './section.ts';

export interface ByteRange {
  start: number;
  end: number;
}

/** A section, its bytes read in one or in pieces. Positions are those of the message as it is shown. */
export interface Located {
  range: ByteRange;
  /** For decoding. */
  part: PartRange | null;
}

export class MessageBytes {
  readonly size: number;
  /** Blank line included. */
  readonly headerSize: number;
  /** By how much edits of the header have moved what is behind it. */
  readonly shift: number;
  readonly #blobs: BodyReads;
  readonly #db: Queryable;
  readonly #content: MessageContent;
  #stored: StoredBody;
  #parts: PartRange[] | null = null;

  readonly #moved: () => void;

  /** `moved` is called when the body is no longer where it was. */
  constructor(blobs: BodyReads, db: Queryable, content: MessageContent, moved: () => void = () => {}) {
    if (content.stored === undefined) throw new TypeError('the content was fetched without its place');
    this.#blobs = blobs;
    this.#moved = moved;
    this.#db = db;
    this.#content = content;
    this.#stored = content.stored;
    this.shift = headerShift(content.stored);
    this.size = deliveredSize(content.stored);
    this.headerSize = (content.headerLength ?? 0) + this.shift;
  }

  /** Verdicts put fields in front of the header, or took some out. */
  get isEdited(): boolean {
    return this.#stored.prefix !== null || this.#stored.removed !== null;
  }

  get prefix(): Buffer | null {
    return this.#stored.prefix;
  }

  get parts(): readonly PartRange[] {
    this.#parts ??= decodeParts(this.#content.parts ?? '[]');
    return this.#parts;
  }

  /** Where a section lies, its fields not yet chosen; null when the message has no such part. */
  locate({ path, part }: Section): Located | null {
    if (path === '')
      return { range: this.#ofMessage(part), part: this.#content.parts ? this.#partAt('') : null };
    const found = this.#partAt(path);
    if (found === null) return null;
    const range = this.#ofPart(found, part);
    return range && { range, part: found };
  }

  /** A piece that fits into memory. Throws `BlobMissing` when the body is nowhere. */
  async read(range: ByteRange): Promise<Buffer> {
    return this.#again(() => readDelivered(this.#blobs, this.#stored, range));
  }

  /** Reads as it is asked to. Only the first piece is looked for a second time. */
  async *stream(range: ByteRange): AsyncGenerator<Buffer> {
    let pieces = streamDelivered(this.#blobs, this.#stored, range);
    let first = await this.#again(() => {
      pieces = streamDelivered(this.#blobs, this.#stored, range);
      return pieces.next();
    });
    while (!first.done) {
      yield first.value;
      first = await pieces.next();
    }
  }

  #partAt(path: string): PartRange | null {
    return this.parts.find((part) => part.path === path) ?? null;
  }

  #ofMessage(part: Section['part']): ByteRange {
    if (part === 'all') return { start: 0, end: this.size };
    return part === 'text' ? { start: this.headerSize, end: this.size } : { start: 0, end: this.headerSize };
  }

  #ofPart(found: PartRange, part: Section['part']): ByteRange | null {
    const { headerStart, bodyStart, textStart, end } = found;
    if (part === 'all') return this.#shown(bodyStart, end);
    if (part === 'mime') return this.#shown(headerStart, bodyStart);
    // RFC 9051 §6.4.5: HEADER and TEXT of a part that is no message do not exist.
    if (!found.isMessage || textStart === null) return null;
    return part === 'text' ? this.#shown(textStart, end) : this.#shown(bodyStart, textStart);
  }

  /** Edits lie in the top header only: what is behind it has moved as a whole. */
  #shown(start: number, end: number): ByteRange {
    return { start: start === 0 ? 0 : start + this.shift, end: end + this.shift };
  }

  // Packs are rewritten under their readers: the row says where the bytes are now.
  async #again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BlobMissing)) throw error;
      const stored = await readStored(this.#db, this.#content.id);
      if (stored === null || isSamePlace(stored, this.#stored)) throw error;
      this.#stored = stored;
      this.#moved();
      return work();
    }
  }
}

function isSamePlace(a: StoredBody, b: StoredBody): boolean {
  return a.blob.packId === b.blob.packId && a.blob.offset === b.blob.offset;
}
