-- Web hooks: addresses of the administrator's that are told what becomes of mail. A program of its own sends them
-- (services/hooks); it sees what it tells of, and no body.
do $$
begin
  if not exists (select from pg_roles where rolname = 'pochtar_hooks') then create role pochtar_hooks nologin; end if;
end $$;

create schema hook;

create table hook.hook (
  id bigint generated always as identity primary key,
  name text not null,
  -- the name as it is compared
  key text not null unique,
  url text not null,
  enabled boolean not null default true,
  -- delivered, bounced, held, refused
  kinds text[] not null,
  -- whose mail; null: all
  domain_ids bigint[],
  with_subject boolean not null default false,
  -- sealed with the master key; whoever sends reads them
  secret bytea not null,
  -- signs beside it until then
  previous_secret bytea,
  previous_until timestamptz,
  -- what happened before is not told
  since timestamptz not null default now(),
  author text not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);

-- Whoever makes secrets cannot read them back, nor move one: what signed before goes on beside the new one.
create function hook.keep_previous_secret() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.secret <> '' then new.previous_secret := old.secret; end if;
  return new;
end $$;
create trigger previous_secret before update of secret on hook.hook
  for each row execute function hook.keep_previous_secret();

-- How sending to it goes: by one process at a time.
create table hook.sending (
  hook_id bigint primary key references hook.hook on delete cascade,
  lease_owner uuid,
  lease_until timestamptz,
  -- in a row
  failures int not null default 0,
  failing_since timestamptz,
  -- not before; null: at once
  next_at timestamptz,
  last_success_at timestamptz,
  last_fault text,
  -- it does so by itself when nobody has answered for days
  paused_at timestamptz,
  -- since then events were not kept, because too many waited; null: none was missed
  overflowed_at timestamptz
);

-- The ledger: one row an event and hook.
create table hook.message (
  hook_id bigint not null references hook.hook on delete cascade,
  -- follows from the event: what is found twice is one row
  id uuid not null,
  kind text not null,
  mail_id uuid,
  recipient text,
  occurred_at timestamptz not null,
  data jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'givenUp')),
  attempts int not null default 0,
  due_at timestamptz not null,
  -- not tried after that
  expires_at timestamptz not null,
  last_at timestamptz,
  -- of HTTP; null: there was no answer
  last_status int,
  -- what was answered, or why nothing was
  last_answer text,
  primary key (hook_id, id)
);
create index message_waiting on hook.message (hook_id, occurred_at, id) where state = 'waiting';
create index message_latest on hook.message (hook_id, occurred_at, id);

-- How far what happens has been looked through.
create table hook.gathered (
  only_row boolean primary key default true check (only_row),
  swept_at timestamptz not null default now(),
  -- every transaction below had ended then
  horizon bigint not null default 0,
  refusals_until timestamptz not null default date_trunc('minute', now())
);
insert into hook.gathered default values;

grant usage on schema hook to pochtar_settings, pochtar_hooks;
grant select (id, name, key, url, enabled, kinds, domain_ids, with_subject, previous_until, since, author, created_at,
  changed_at), insert, update, delete on hook.hook to pochtar_settings;
grant select, insert, update (failures, failing_since, next_at, paused_at, overflowed_at, last_fault) on hook.sending
  to pochtar_settings;
grant select, update (state, due_at, expires_at) on hook.message to pochtar_settings;
grant select on hook.hook to pochtar_hooks;
grant select, update on hook.sending, hook.gathered to pochtar_hooks;
grant select, insert, update, delete on hook.message to pochtar_hooks;

grant usage on schema trace, queue, directory to pochtar_hooks;
grant select on trace.delivery, trace.refusal to pochtar_hooks;
-- What is held, with the transaction that wrote it (its lower 32 bits), and nothing else of the queue.
create view hook.held_mail as
  select id, accepted_at, reverse_path, origin, account_id, size, step_at, reason, held_by, held_filter, message_id, subject,
    xmin::text::bigint as written_by
  from queue.mail where state = 'held';
grant select on hook.held_mail to pochtar_hooks;
grant select (mail_id, address, expanded_from) on queue.recipient to pochtar_hooks;
grant select (id, name) on directory.domain to pochtar_hooks;
grant select (id, domain_id) on directory.account to pochtar_hooks;
