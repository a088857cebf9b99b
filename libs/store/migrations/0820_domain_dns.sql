-- What the last look at the DNS of a domain found. A domain without a row was never looked at.
create table directory.domain_dns (
  domain_id bigint primary key references directory.domain on delete cascade,
  checked_at timestamptz not null default now(),
  -- Under which the outside sees this server, when an administrator said so; empty: those of its name.
  addresses text[] not null default '{}',
  -- How many records need a hand; null: the DNS did not answer.
  problems integer,
  findings jsonb not null
);
grant select, insert, update, delete on directory.domain_dns to pochtar_settings;
