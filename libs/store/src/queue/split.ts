// Recipients of whom a filter says something different go on as a mail of their own, so that from there on a mail has one
// verdict a filter, one state and one content for all of its recipients. The body is shared.
import { type StoredBody, deliveredSize } from '../content/index.ts';
import type { Queryable } from '../db.ts';
import type { MailInHand, StoredVerdict } from './load-mail.ts';

const SPLIT = `
with original as (
  insert into store.content (id, pack_id, pack_offset, length, sha256, header_length, header, header_complete, other_fields, envelope,
    body_structure, parts, message_id, sent_at, sent_day, base_subject, is_reply, thread_ids, removed, texts_version)
  select $2, pack_id, pack_offset, length, sha256, header_length, header, header_complete, other_fields, envelope, body_structure, parts,
    message_id, sent_at, sent_day, base_subject, is_reply, thread_ids, $4::int8[], texts_version
  from store.content where id = $1
  on conflict do nothing
), mail as (
  insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, account_id, client_address, helo, protocol,
    iprev, spf, body, smtp_utf8, dsn_return, dsn_envelope_id, size, slip, settings_revision, step, step_at, generation, released_filters,
    message_id, subject)
  select $2, $2, accepted_at, reverse_path, origin, account_id, client_address, helo, protocol, iprev, spf, body, smtp_utf8,
    dsn_return, dsn_envelope_id, $5, slip, settings_revision, step, now(), generation, released_filters, message_id, subject
  from queue.mail where id = $1
), verdict as (
  insert into queue.verdict (mail_id, filter, generation, settings_revision, recipient, result, reason, prefix, removed,
    replacement_content_id, target, unseen, at)
  select $2, v.filter, v.generation, v.settings_revision, '', v.result, v.reason, v.prefix, v.removed,
    v.replacement_content_id, v.target, v.unseen, v.at
  from queue.verdict v join json_to_recordset($6::json) as k(filter text, recipient text)
    on k.filter = v.filter and k.recipient = v.recipient
  where v.mail_id = $1 and v.generation = $7
)
update queue.recipient set mail_id = $2 where mail_id = $1 and address = any($3)`;

/** Moves recipients of a locked mail to the mail `id` at the same step; an event is owed for it. */
export async function splitMail(
  tx: Queryable,
  mail: MailInHand,
  id: string,
  { addresses, verdicts }: { addresses: readonly string[]; verdicts: readonly StoredVerdict[] },
): Promise<void> {
  const removed = mail.removedAtAcceptance;
  const { blob } = mail.content as StoredBody;
  const size = deliveredSize({ blob, prefix: null, removed });
  await tx.query({
    name: 'split_mail',
    text: SPLIT,
    values: [mail.id, id, addresses, removed, size, keysOf(verdicts), mail.generation],
  });
}

/** What is said of all recipients that a locked mail has left becomes its verdict; the other rows go. */
export async function settleRecipientVerdicts(
  tx: Queryable,
  mail: MailInHand,
  verdicts: readonly StoredVerdict[],
): Promise<void> {
  await tx.query({
    name: 'drop_other_verdicts',
    text: `delete from queue.verdict v using json_to_recordset($3::json) as k(filter text, recipient text)
      where v.mail_id = $1 and v.generation = $2 and v.filter = k.filter and v.recipient <> k.recipient`,
    values: [mail.id, mail.generation, keysOf(verdicts)],
  });
  await tx.query({
    name: 'settle_recipient_verdicts',
    text: `update queue.verdict set recipient = '' where mail_id = $1 and generation = $2 and recipient <> ''`,
    values: [mail.id, mail.generation],
  });
}

function keysOf(verdicts: readonly StoredVerdict[]): string {
  return JSON.stringify(verdicts.map(({ filter, recipient }) => ({ filter, recipient })));
}
