// The top header as it lies in the pack. It begins with the Return-Path line that acceptance put in front, for
// mailboxes only: RFC 5321 §4.4 lets the server that makes final delivery write it, and no other.
import type { BlobStore } from '@pochtar/store/blob';
import type { MailContent } from '@pochtar/store/queue';

/** As stored: Return-Path and removed ranges included. */
export function readStoredHeader(blobs: BlobStore, content: MailContent): Promise<Buffer> {
  return blobs.read(content.blob, { start: 0, end: content.headerLength });
}
