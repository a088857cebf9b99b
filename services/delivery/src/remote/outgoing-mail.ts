// A mail as it leaves: the stored body with its edits, without the Return-Path line, with the relay's sender where
// that is wanted. The header (bounded) is in memory, the rest is streamed.
import { isAscii } from 'node:buffer';
import type { Address } from '@pochtar/mail';
import type { BlobStore } from '@pochtar/store/blob';
import type { MailContent } from '@pochtar/store/queue';
import { editedHeader } from '../edited-texts.ts';
import { readStoredHeader, returnPathLength } from '../stored-header.ts';
import { mergeRanges } from '../combine-verdicts.ts';
import { rewriteSender } from './rewrite-sender.ts';

export interface OutgoingMail {
  size: number;
  isHeaderAscii: boolean;
  /** The bytes, from the start, each time it is called. */
  bytes(): AsyncGenerator<Buffer>;
  /** Reads everything to find out. */
  isAscii(): Promise<boolean>;
}

export async function outgoingMail(
  blobs: BlobStore,
  content: MailContent,
  sender: Address | null,
): Promise<OutgoingMail> {
  const stored = await readStoredHeader(blobs, content);
  // RFC 5321 §4.4: Return-Path is written at final delivery, and left out when mail goes on.
  const removed = mergeRanges([[0, returnPathLength(stored)], content.removed ?? []]);
  const edited = editedHeader(stored, content.prefix, removed);
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
