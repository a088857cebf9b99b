// The content of a copy whose header a rule has changed (RFC 5293): a content row of its own over the same body, with the
// whole header in front of it.
import { deliveredSize } from '@pochtar/store/content';
import type { Queryable } from '@pochtar/store/db';
import { addFiledContent, type MailContent, type MailInHand } from '@pochtar/store/queue';
import { editedHeader, returnPathLength } from '@pochtar/mail';
import type { HeaderEdits } from '@pochtar/sieve';
import { textsOf } from '../edited-texts.ts';
import type { RuledMail } from './run-script.ts';

interface Version {
  mail: MailInHand;
  delivered: RuledMail;
  /** Of the content row. */
  id: string;
  edits: HeaderEdits;
}

export async function versionOf(
  tx: Queryable,
  { mail, delivered: { header }, id, edits }: Version,
): Promise<{ contentId: string; size: number }> {
  const content = mail.content as MailContent;
  const prefix = rewritten(header, edits);
  // All of the stored header: nothing of it has to be read.
  const removed = [0, content.headerLength];
  const size = deliveredSize({ blob: content.blob, prefix, removed });
  await addFiledContent(tx, {
    from: mail.contentId,
    id,
    prefix,
    removed,
    texts: textsOf(prefix, null, null),
  });
  return { contentId: id, size };
}

/** The header with its blank line. RFC 5321 §4.4: the Return-Path line stays the first. */
function rewritten(header: Buffer, { prepended, appended, removed }: HeaderEdits): Buffer {
  const line = returnPathLength(header);
  const end = header.lastIndexOf('\r\n', header.length - 3) + 2;
  const fields = header.subarray(line, end);
  const ranges = removed.flatMap(([start, stop]) => [start - line, Math.min(stop, end) - line]);
  return Buffer.concat([
    header.subarray(0, line),
    editedHeader(fields, Buffer.from(prepended, 'latin1'), ranges),
    Buffer.from(appended, 'latin1'),
    header.subarray(end),
  ]);
}
