-- Tokens of the API. What one may is bounded by what its maker may at the time of use, and it goes with its maker.
create table directory.token (
  id bigint generated always as identity primary key,
  maker_id bigint not null references directory.administrator on delete cascade,
  name text not null,
  -- SHA-256 of the value, which is random and shown once
  digest bytea not null unique,
  role text not null check (role in ('admin', 'domainAdmin', 'auditor')),
  domain_ids bigint[],
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  last_used_address text,
  constraint token_domains check ((role = 'domainAdmin') = (domain_ids is not null))
);
create index token_maker on directory.token (maker_id);
grant select, insert, update, delete on directory.token to pochtar_settings;

-- The clean-up walks the oldest entries.
create index entry_at on audit.entry (at);
