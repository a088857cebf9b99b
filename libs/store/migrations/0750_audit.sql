-- Who changed what, when, from where. Written by whoever answers questions of administration; nobody changes or removes
-- an entry but the clean-up of what is older than it is kept.
create schema audit;
create table audit.entry (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  author text not null,
  role text not null,
  client_address text,
  -- The question: account.create, settings.set
  action text not null,
  object text not null,
  details jsonb not null default '{}',
  -- done, or the code of the complaint; null: it began and was cut off
  outcome text
);
create index entry_author on audit.entry (author, id);
create index entry_action on audit.entry (action, id);

grant usage on schema audit to pochtar_settings, pochtar_delivery, pochtar_console;
grant insert (author, role, client_address, action, object, details, outcome), select (id)
  on audit.entry to pochtar_settings, pochtar_delivery, pochtar_console;
grant update (outcome) on audit.entry to pochtar_settings, pochtar_delivery, pochtar_console;
grant select, delete on audit.entry to pochtar_settings;

-- The console asks the bus like everybody else.
revoke all on settings.section, settings.history, settings.server_certificate from pochtar_console;
revoke all on directory.domain, directory.account, directory.address, directory.administrator from pochtar_console;
