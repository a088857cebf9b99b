// A message as it leaves: the stored body with its edits, without the Return-Path line, with the relay's sender where
// that is wanted. The one place that makes it, for who sends it and for who signs it: a signature is of these bytes. The
// header (bounded) is in memory, the rest is streamed.
//
// A signer has the content by `contentSoFar` (what the filters before it made of it), and the sender by the same setting
// that the sender of the mail obeys; its own field goes in front as the prefix of its verdict.
import { isAscii } from 'node:buffer';
import {
  type Address,
  editedHeader,
  mergeRanges,
  partEncodings,
  returnPathLength,
  rewriteSender,
  sevenBit,
  withoutReturnPath,
} from '@pochtar/mail';
import type { BlobStore } from '@pochtar/store/blob';
import type { MailContent } from '@pochtar/store/queue';

export interface OutgoingMessage {
  size: number;
  isHeaderAscii: boolean;
  /** The bytes, from the start, each time it is called. */
  bytes(): AsyncGenerator<Buffer>;
  /** Reads everything to find out. */
  isAscii(): Promise<boolean>;
}

/** `sender`: who the relay demands in From; null: as it is. */
export async function outgoingMessage(
  blobs: BlobStore,
  content: Omit<MailContent, 'id'>,
  sender: Address | null,
): Promise<OutgoingMessage> {
  const stored = await blobs.read(content.blob, { start: 0, end: content.headerLength });
  // RFC 5321 §4.4: Return-Path is written at final delivery, and left out when mail goes on.
  const removed = mergeRanges([[0, returnPathLength(stored)], content.removed ?? []]);
  const prefix = content.prefix && withoutReturnPath(stored, content.prefix);
  const edited = editedHeader(stored, prefix, removed);
  const header = sender === null ? edited : rewriteSender(edited, sender);
  const body = { start: content.headerLength, end: content.blob.length };
  async function* bytes(): AsyncGenerator<Buffer> {
    yield header;
    if (body.end > body.start) yield* blobs.readStream(content.blob, body);
  }
  return {
    size: header.length + body.end - body.start,
    isHeaderAscii: isAscii(header),
    bytes,
    async isAscii() {
      for await (const piece of bytes()) if (!isAscii(piece)) return false;
      return true;
    },
  };
}

/**
 * The same in US-ASCII, for a server that takes nothing else; it is read three times. Throws `Unconvertible`. It is no longer
 * what was signed.
 */
export async function asSevenBit(message: OutgoingMessage): Promise<OutgoingMessage> {
  const encodings = await partEncodings(message.bytes());
  const bytes = (): AsyncGenerator<Buffer> => sevenBit(message.bytes(), encodings);
  let size = 0;
  for await (const piece of bytes()) size += piece.length;
  return { size, isHeaderAscii: true, bytes, isAscii: () => Promise.resolve(true) };
}
