-- Who exists: domains, accounts, and the one table of names that mail can be addressed to.
create table directory.domain (
  id bigint generated always as identity primary key,
  name text not null unique check (name = lower(name)),
  created_at timestamptz not null default now()
);

create table directory.account (
  id bigint generated always as identity primary key,
  domain_id bigint not null references directory.domain,
  address text not null unique,
  display_name text not null default '',
  password_hash text,
  enabled boolean not null default true,
  quota_bytes bigint check (quota_bytes > 0),
  created_at timestamptz not null default now()
);
create index account_domain on directory.account (domain_id);

-- One row a name: accounts, aliases and groups share it, so a name can't be taken twice. `targets` are the
-- address keys an alias or a group leads to (local or remote).
create table directory.address (
  address text primary key,
  domain_id bigint not null references directory.domain,
  kind text not null check (kind in ('account', 'alias', 'group')),
  account_id bigint references directory.account on delete cascade,
  targets text[] not null default '{}',
  name text not null default '',
  created_at timestamptz not null default now(),
  check ((kind = 'account') = (account_id is not null))
);
create index address_account on directory.address (account_id);
create index address_domain on directory.address (domain_id);
create index address_targets on directory.address using gin (targets) where kind = 'alias';

create table directory.administrator (
  id bigint generated always as identity primary key,
  login text not null unique,
  password_hash text not null,
  -- null: all domains
  domain_ids bigint[],
  created_at timestamptz not null default now()
);

grant select on directory.domain, directory.address to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3;
grant select on directory.account to pochtar_smtp, pochtar_imap, pochtar_pop3;
grant select (id, domain_id, address, display_name, enabled, quota_bytes, created_at) on directory.account to pochtar_delivery, pochtar_filter;
grant select, insert, update, delete on directory.domain, directory.account, directory.address, directory.administrator to pochtar_settings, pochtar_console;

-- The address book sees people and groups, never a password hash.
create view directory.person as
  select a.id, a.address, a.display_name, d.name as domain
  from directory.account a join directory.domain d on d.id = a.domain_id
  where a.enabled;
create view directory.distribution_group as
  select g.address, g.name, g.targets as members, d.name as domain
  from directory.address g join directory.domain d on d.id = g.domain_id
  where g.kind = 'group';
grant select on directory.person, directory.distribution_group to pochtar_ldap;
