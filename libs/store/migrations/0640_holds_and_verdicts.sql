-- Who holds a mail, which filters a person has overruled, and verdicts that can be given anew.

-- Null unless held. A filter holds by a verdict of its own (held_filter says which); poison: a step failed for good;
-- person: somebody took it aside; volume: its body cannot be read.
alter table queue.mail add column held_by text check (held_by in ('filter', 'poison', 'person', 'volume'));
alter table queue.mail add column held_filter text;
-- Filters whose verdict a person has let pass; null: none. `released` is no longer read or written.
alter table queue.mail add column released_filters text[];
comment on column queue.mail.released is 'not used any more: see released_filters';
-- Only verdicts of this generation count. A filter that looks once more begins a new one.
alter table queue.mail add column generation int not null default 1;
-- Written with the first edit of the content: what its removed ranges were before; null: not edited yet.
alter table queue.mail add column removed_at_acceptance int8[];

-- The newest revision of the settings that it was given by.
alter table queue.verdict add column settings_revision bigint not null default 0;
alter table queue.verdict add column generation int not null default 1;
-- '' is the verdict on the mail. A row that names a recipient says what is different for that one.
alter table queue.verdict add column recipient text not null default '';
-- A mailbox by special use (\Junk) or by name, instead of INBOX.
alter table queue.verdict add column target text;
alter table queue.verdict drop constraint verdict_pkey;
alter table queue.verdict add primary key (mail_id, filter, generation, recipient);

update queue.mail m set released_filters = array(
  select v.filter from queue.verdict v
  where v.mail_id = m.id and (v.result in ('quarantine', 'defer') or v.replacement_content_id is not null))
where m.released;

-- What older versions held says who did it in its reason only. What is not known for sure counts as a person's hold:
-- letting that go overrules no verdict.
update queue.mail set held_by = case
    when reason like 'held by %' then 'person'
    when reason like 'delivery: BlobMissing%' then 'volume'
    when reason like 'filter %' or reason like 'delivery: %' then 'poison'
    when reason like 'its replaced content would leave%' then 'filter'
    when step in ('deliver', 'schedule') and reason ~ '^(dkim|antivirus|dlp): ' then 'filter'
    else 'person'
  end
where state = 'held';
update queue.mail m set held_filter = case
    when reason like 'its replaced content would leave%' then coalesce((select v.filter from queue.verdict v
      where v.mail_id = m.id and v.replacement_content_id is not null order by array_position(m.slip, v.filter) limit 1), 'antivirus')
    else substring(reason from '^[a-z]+')
  end
where held_by = 'filter';

-- A domain's administrator sees what its own people sent, whatever domain it went to.
alter table trace.delivery add column account_id bigint;

-- Filters hold, let wait and move on; they open no generation and release nothing.
grant update (step, step_at, state, due_at, attempts, reason, held_by, held_filter) on queue.mail to pochtar_filter;
