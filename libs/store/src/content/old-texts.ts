// Texts beside a body that an older version of the code made: they are read anew from the body, by whoever has the time.
import type { ContentDescription } from '@pochtar/mail';
import type { Database, Queryable } from '../db.ts';
import type { StoredBody } from './delivered-body.ts';
import { TEXTS_VERSION } from './new-content.ts';

const LOCK = 7_205_340;

export interface OldTexts extends StoredBody {
  id: string;
}

export interface NewTexts {
  /** As it was read: a content that verdicts have edited since is left for later. */
  old: OldTexts;
  /** Of the stored body. */
  body: ContentDescription;
  /** Of the header as readers are shown it. */
  header: ContentDescription;
}

/** Runs `work` unless another replica does; the lock lasts as long as the transaction. Null: another one does. */
export function asTextMaker<T>(db: Database, work: (tx: Queryable) => Promise<T>): Promise<T | null> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ taken: boolean }>({
      text: 'select pg_try_advisory_xact_lock($1) as taken',
      values: [LOCK],
    });
    return row?.taken === true ? work(tx) : null;
  });
}

/** Contents with older texts behind `after`, by ascending id. */
export async function oldTexts(db: Queryable, after: string, limit: number): Promise<OldTexts[]> {
  const rows = await db.query<OldTexts & { packId: string; offset: number; length: number }>({
    name: 'old_texts',
    // The condition is the one of the index content_old_texts, word by word.
    text: `select id, pack_id as "packId", pack_offset as offset, length, prefix, removed from store.content
      where texts_version < ${TEXTS_VERSION} and id > $1 order by id limit $2`,
    values: [after, limit],
  });
  return rows.map(({ id, packId, offset, length, prefix, removed }) => ({
    ...{ id, blob: { packId, offset, length }, prefix, removed },
  }));
}

const WRITE = `
update store.content c
set header_length = i.header_length, header = decode(i.header, 'base64'), header_complete = i.header_complete,
  other_fields = decode(i.other_fields, 'base64'),
  envelope = i.envelope, body_structure = i.body_structure, parts = i.parts, message_id = i.message_id,
  sent_at = i.sent_at, sent_day = i.sent_day, base_subject = i.base_subject, is_reply = i.is_reply, thread_ids = i.thread_ids,
  texts_version = ${TEXTS_VERSION}
from json_to_recordset($1::json) as i(id uuid, prefix text, removed int8[], header_length int, header text,
  header_complete boolean, other_fields text, envelope text, body_structure text, parts text, message_id text, sent_at timestamptz,
  sent_day int, base_subject text, is_reply boolean, thread_ids text)
where c.id = i.id and c.prefix is not distinct from decode(i.prefix, 'base64') and c.removed is not distinct from i.removed`;

export async function writeTexts(db: Queryable, texts: readonly NewTexts[]): Promise<void> {
  const rows = texts.map(({ old, body, header }) => ({
    id: old.id,
    prefix: old.prefix?.toString('base64') ?? null,
    removed: old.removed,
    header_length: body.headerLength,
    header: header.shortHeader.toString('base64'),
    header_complete: header.shortHeaderComplete,
    // Of the stored body: what edits put in front is looked for beside it.
    other_fields: body.otherFields?.toString('base64') ?? null,
    envelope: header.envelope,
    body_structure: body.bodyStructure,
    parts: body.parts,
    message_id: header.messageId,
    sent_at: header.sentAt,
    sent_day: header.sentDay,
    base_subject: header.baseSubject,
    is_reply: header.isReply,
    thread_ids: header.threadIds,
  }));
  await db.query({ name: 'write_texts', text: WRITE, values: [JSON.stringify(rows)] });
}
