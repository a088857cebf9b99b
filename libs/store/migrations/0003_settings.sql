-- Settings live here; the bus only hints that a revision is new.
create table settings.section (
  name text primary key,
  revision bigint not null,
  document jsonb not null,
  author text not null,
  changed_at timestamptz not null default now()
);

create table settings.history (
  section text not null,
  revision bigint not null,
  document jsonb not null,
  author text not null,
  changed_at timestamptz not null default now(),
  primary key (section, revision)
);

-- Encrypted with the master key; in no document, event, history or log.
create table settings.secret (
  name text primary key,
  ciphertext bytea not null,
  changed_at timestamptz not null default now()
);

create table settings.certificate (
  id text primary key,
  name text not null,
  chain_pem text not null,
  key_ciphertext bytea not null,
  is_ca boolean not null default false,
  origin text not null default 'imported' check (origin in ('generated', 'imported')),
  not_after timestamptz not null,
  created_at timestamptz not null default now()
);

grant select on settings.section to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_ldap, pochtar_tasks, pochtar_firewall;
grant select, insert, update, delete on settings.section, settings.history, settings.secret, settings.certificate to pochtar_settings;
grant select, insert, update on settings.section to pochtar_console;
grant select, insert on settings.history to pochtar_console;
-- Servers read server certificates; the CA's key is the settings service's alone.
create view settings.server_certificate as
  select id, name, chain_pem, key_ciphertext, not_after from settings.certificate where not is_ca;
grant select on settings.server_certificate to pochtar_smtp, pochtar_imap, pochtar_pop3, pochtar_ldap, pochtar_console;
-- The relay's password is the one secret that delivery needs.
create view settings.relay_secret as
  select name, ciphertext from settings.secret where name = 'relay.password';
grant select on settings.relay_secret to pochtar_delivery;
-- Keys of S3 volumes, for every program that reads or writes bodies.
create view settings.volume_secret as
  select name, ciphertext from settings.secret where name like 'volume.%';
grant select on settings.volume_secret to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_tasks;
