// A content row: where a stored body lies and the ready-made texts that listing needs.
import type { ContentDescription } from '@pochtar/mail';
import type { BlobReference } from '../blob/index.ts';
import type { Queryable } from '../db.ts';

/**
 * The version of what describeContent() makes. Raised when it reads mail differently, together with a migration that
 * makes the index content_old_texts for the new number; delivery then makes the texts in older rows anew.
 */
export const TEXTS_VERSION = 2;

export interface NewContent {
  /** UUIDv7. */
  id: string;
  blob: BlobReference;
  sha256: Buffer;
  description: ContentDescription;
  /** [start, end) pairs of the stored bytes that no reader is shown (fields the mail must not bring). */
  removed?: number[] | null;
}

/** Column lists shared by the statements that insert content from JSON (bytes travel as base64). */
export const contentColumns = {
  declared: `id uuid, pack_id uuid, pack_offset bigint, length bigint, sha256 text, header_length int, header text,
    header_complete boolean, other_fields text, envelope text, body_structure text, parts text, message_id text, sent_at timestamptz, sent_day int,
    base_subject text, is_reply boolean, thread_ids text, removed int8[]`,
  names: `id, pack_id, pack_offset, length, sha256, header_length, header, header_complete, other_fields, envelope, body_structure,
    parts, message_id, sent_at, sent_day, base_subject, is_reply, thread_ids, removed, texts_version`,
  values: `i.id, i.pack_id, i.pack_offset, i.length, decode(i.sha256, 'base64'), i.header_length,
    decode(i.header, 'base64'), i.header_complete, decode(i.other_fields, 'base64'), i.envelope, i.body_structure, i.parts, i.message_id, i.sent_at,
    i.sent_day, i.base_subject, i.is_reply, i.thread_ids, i.removed,
    ${TEXTS_VERSION}`,
};

export function contentRow(content: NewContent): Record<string, unknown> {
  const { description } = content;
  return {
    id: content.id,
    pack_id: content.blob.packId,
    pack_offset: content.blob.offset,
    length: content.blob.length,
    sha256: content.sha256.toString('base64'),
    header_length: description.headerLength,
    header: description.shortHeader.toString('base64'),
    header_complete: description.shortHeaderComplete,
    other_fields: description.otherFields?.toString('base64') ?? null,
    envelope: description.envelope,
    body_structure: description.bodyStructure,
    parts: description.parts,
    message_id: description.messageId,
    sent_at: description.sentAt,
    sent_day: description.sentDay,
    base_subject: description.baseSubject,
    is_reply: description.isReply,
    thread_ids: description.threadIds,
    removed: content.removed ?? null,
  };
}

const INSERT = `
insert into store.content (${contentColumns.names})
select ${contentColumns.values} from json_to_recordset($1::json) as i(${contentColumns.declared})
on conflict do nothing`;

/** Inserts contents without a mail (APPEND, reports). A second copy of an id is left as it is. */
export async function insertContents(db: Queryable, contents: NewContent[]): Promise<void> {
  await db.query({
    name: 'insert_contents',
    text: INSERT,
    values: [JSON.stringify(contents.map(contentRow))],
  });
}
