-- Notices (DSN) that are owed: written in the transaction of what they tell, made into mails afterwards, so that a
-- volume that takes no packs holds up no outcome. A row has all that the notice needs and outlives the mail.
create table queue.owed_notice (
  -- of the mail that the notice becomes
  id uuid primary key,
  mail_id uuid not null,
  kind text not null check (kind in ('failed', 'delayed', 'delivered', 'relayed', 'expanded')),
  -- what the sender sent: the collector leaves it alone while the notice is owed
  content_id uuid not null,
  -- the whole mail goes back, not its header only
  is_full boolean not null,
  reverse_path text not null,
  accepted_at timestamptz not null,
  -- RFC 3461: ENVID as given
  envelope_id text,
  recipients json not null,
  owed_since timestamptz not null default now(),
  -- the next try; while one is under way: when another process may take it over
  due_at timestamptz not null default now(),
  attempts int not null default 0,
  -- why the last try failed
  reason text
);
create index owed_notice_due on queue.owed_notice (due_at);
create index owed_notice_content on queue.owed_notice (content_id);

grant select, insert, update, delete on queue.owed_notice to pochtar_delivery;
grant select on queue.owed_notice to pochtar_tasks;
