// What verdicts change about a mail's content: fields put in front, ranges left out, another content instead.
// The body in its pack is never rewritten. queue.mail.size follows in the same statement. Of a later generation of
// verdicts the edits are a content row of their own with the same body: messages may refer to the one before.
import type { ContentDescription } from '@pochtar/mail';
import type { Queryable } from '../db.ts';

/** The texts kept beside the body, when an edit touched a field that clients list. */
export type EditedTexts = Pick<
  ContentDescription,
  | 'shortHeader'
  | 'shortHeaderComplete'
  | 'envelope'
  | 'messageId'
  | 'sentAt'
  | 'sentDay'
  | 'baseSubject'
  | 'isReply'
  | 'threadIds'
>;

export interface ContentEdits {
  prefix: Buffer | null;
  removed: number[] | null;
  /** The size of the message as it will be delivered. */
  size: number;
  /** Null: they are right as they are. */
  texts: EditedTexts | null;
  /** The removed ranges before the first edit. */
  removedAtAcceptance: number[] | null;
}

const EDIT = `
with edited as (
  update store.content c
  set prefix = $2, removed = $3,
    header = coalesce($5, c.header), header_complete = case when $5::bytea is null then c.header_complete else $6 end,
    envelope = coalesce($7, c.envelope),
    message_id = case when $5::bytea is null then c.message_id else $8 end,
    sent_at = case when $5::bytea is null then c.sent_at else $9 end,
    sent_day = case when $5::bytea is null then c.sent_day else $11 end, base_subject = coalesce($12, c.base_subject),
    is_reply = coalesce($13, c.is_reply), thread_ids = coalesce($14, c.thread_ids)
  where c.id = (select content_id from queue.mail where id = $1)
)
update queue.mail set size = $4, removed_at_acceptance = coalesce(removed_at_acceptance, $10::int8[], '{}')
where id = $1`;

/** Writes the edits of a locked mail's content. Repeating it changes nothing. */
export async function editContent(tx: Queryable, mail: string, edits: ContentEdits): Promise<void> {
  const { texts } = edits;
  await tx.query({
    name: 'edit_content',
    text: EDIT,
    values: [
      mail,
      edits.prefix,
      edits.removed,
      edits.size,
      texts?.shortHeader ?? null,
      texts?.shortHeaderComplete ?? null,
      texts?.envelope ?? null,
      texts?.messageId ?? null,
      texts?.sentAt ?? null,
      edits.removedAtAcceptance,
      ...[
        texts?.sentDay ?? null,
        texts?.baseSubject ?? null,
        texts?.isReply ?? null,
        texts?.threadIds ?? null,
      ],
    ],
  });
}

/** From now on the mail's content is another one, of `size` bytes. */
export async function replaceContent(
  tx: Queryable,
  mail: string,
  contentId: string,
  size: number,
): Promise<void> {
  await tx.query({
    name: 'replace_content',
    text: 'update queue.mail set content_id = $2, size = $3 where id = $1',
    values: [mail, contentId, size],
  });
}

const VERSION = `
with version as (
  insert into store.content (id, pack_id, pack_offset, length, sha256, header_length, header, header_complete, other_fields, envelope,
    body_structure, parts, message_id, sent_at, prefix, removed, texts_version,
    sent_day, base_subject, is_reply, thread_ids)
  select $2, c.pack_id, c.pack_offset, c.length, c.sha256, c.header_length, $6, $7, c.other_fields, $8, c.body_structure, c.parts, $9, $10,
    $3, $4, c.texts_version, $11, $12, $13, $14
  from store.content c where c.id = $1
  on conflict do nothing
), dead as (
  insert into store.maybe_dead (content_id) select content_id from queue.mail where id = $1 and content_id not in ($1, $2)
)
update queue.mail set content_id = $2, size = $5 where id = $1`;

/** The locked mail's original with these edits, as a content row `id` of its own that is delivered from now on. */
export async function addContentVersion(
  tx: Queryable,
  mail: string,
  id: string,
  edits: Pick<ContentEdits, 'prefix' | 'removed' | 'size'> & { texts: EditedTexts },
): Promise<void> {
  const { texts } = edits;
  await tx.query({
    name: 'add_content_version',
    text: VERSION,
    values: [
      ...[mail, id, edits.prefix, edits.removed, edits.size, texts.shortHeader, texts.shortHeaderComplete],
      ...[texts.envelope, texts.messageId, texts.sentAt],
      ...[texts.sentDay, texts.baseSubject, texts.isReply, texts.threadIds],
    ],
  });
}

const FILED = `
insert into store.content (id, pack_id, pack_offset, length, sha256, header_length, header, header_complete, other_fields, envelope,
  body_structure, parts, message_id, sent_at, prefix, removed, texts_version,
  sent_day, base_subject, is_reply, thread_ids)
select $2, c.pack_id, c.pack_offset, c.length, c.sha256, c.header_length, $5, $6, c.other_fields, $7, c.body_structure, c.parts, $8, $9,
  $3, $4, c.texts_version, $10, $11, $12, $13
from store.content c where c.id = $1
on conflict do nothing`;

/** A content row over the body of `from` with other edits: of one copy among several. */
export async function addFiledContent(
  tx: Queryable,
  version: { from: string; id: string; prefix: Buffer; removed: readonly number[]; texts: EditedTexts },
): Promise<void> {
  const { from, id, prefix, removed, texts } = version;
  await tx.query({
    name: 'add_filed_content',
    text: FILED,
    values: [
      ...[from, id, prefix, removed, texts.shortHeader, texts.shortHeaderComplete],
      ...[texts.envelope, texts.messageId, texts.sentAt],
      ...[texts.sentDay, texts.baseSubject, texts.isReply, texts.threadIds],
    ],
  });
}
