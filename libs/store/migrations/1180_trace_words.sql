-- What people know of a mail that they look for: its Message-ID and its subject. They come with the mail, and stay in its
-- trace when the content is gone. Mails and traces from before have none.
alter table queue.mail add column message_id text, add column subject text;
alter table trace.delivery add column message_id text, add column subject text;

-- The copy for an auditor is found by the same words.
create or replace function queue.copy_for_auditor(original uuid, copy uuid, auditor text) returns void
language sql security definer set search_path = '' as $$
with content as (
  insert into store.content (id, pack_id, pack_offset, length, sha256, header_length, header, header_complete, other_fields,
    envelope, body_structure, parts, message_id, sent_at, removed, texts_version)
  select copy, c.pack_id, c.pack_offset, c.length, c.sha256, c.header_length, c.header, c.header_complete, c.other_fields,
    c.envelope, c.body_structure, c.parts, c.message_id, c.sent_at, coalesce(m.removed_at_acceptance, c.removed), c.texts_version
  from queue.mail m join store.content c on c.id = m.id where m.id = original and m.slip @> array['dlp']
  on conflict do nothing
  returning id, length, removed
), recipient as (
  insert into queue.recipient (mail_id, address, notify, route)
  select id, auditor, 'NEVER', 'unrouted' from content
), verdict as (
  insert into queue.verdict (mail_id, filter, generation, settings_revision, recipient, result, reason, prefix, removed,
    replacement_content_id, target, unseen, at)
  select c.id, v.filter, 1, v.settings_revision, '', v.result, v.reason, v.prefix, v.removed, v.replacement_content_id, v.target,
    v.unseen, v.at
  from content c, queue.mail m join queue.verdict v on v.mail_id = m.id and v.generation = m.generation
  where m.id = original and v.filter = 'antivirus' and v.recipient = ''
)
insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, client_address, helo, protocol, iprev, spf, body,
  smtp_utf8, size, slip, settings_revision, step, step_at, generation,
  message_id, subject)
select c.id, c.id, now(), '', m.origin, m.client_address, m.helo, m.protocol, m.iprev, m.spf, m.body, m.smtp_utf8,
  c.length - coalesce((select sum(case when r.place % 2 = 0 then r.at else -r.at end)
    from unnest(c.removed) with ordinality as r(at, place)), 0),
  array(select filter from unnest(m.slip) as filter where filter = 'antivirus'), m.settings_revision, 'deliver', now(), 1,
  m.message_id, m.subject
from content c, queue.mail m where m.id = original
$$;
