-- A text sealed with the master key: tells the key of this installation from any other. The owner's alone.
create table settings.master_key (
  is_only boolean primary key default true check (is_only),
  sealed bytea not null,
  since timestamptz not null default now()
);
