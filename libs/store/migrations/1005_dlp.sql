-- Data loss prevention: rules, fingerprints of protected documents (never their texts), and what was found in mail.
create schema dlp;

-- Every change of rules and documents takes the next revision and holds this row to its commit.
create table dlp.state (
  only_row boolean primary key default true check (only_row),
  revision bigint not null default 0
);
insert into dlp.state default values;

create table dlp.rule (
  id bigint generated always as identity primary key,
  name text not null,
  -- the name as it is compared
  key text not null unique,
  is_on boolean not null,
  position integer not null,
  -- conditions and action, as the question that saves it describes them
  definition jsonb not null,
  author text not null,
  changed_at timestamptz not null default now()
);

create table dlp.document (
  id bigint generated always as identity primary key,
  name text not null,
  key text not null unique,
  comment text not null default '',
  words integer not null,
  bytes bigint not null,
  author text not null,
  created_at timestamptz not null default now()
);

create table dlp.fingerprint (
  hash bigint not null,
  document_id bigint not null references dlp.document on delete cascade,
  -- of the document, from this fingerprint to the next one
  words integer not null,
  primary key (hash, document_id)
);
create index fingerprint_document on dlp.fingerprint (document_id);

create table dlp.incident (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  mail_id uuid not null,
  generation integer not null,
  -- '' is what nobody could look at
  rule text not null,
  action text not null,
  sender text not null,
  recipients text[] not null,
  -- of the sender and the recipients: whose administrators see it
  domains text[] not null,
  -- what was found, masked, and what could not be read
  found jsonb not null,
  unique (mail_id, generation, rule)
);
create index incident_at on dlp.incident (at);

grant usage on schema dlp to pochtar_settings, "pochtar_filter-dlp";
grant select, update on dlp.state to pochtar_settings;
grant select, insert, update, delete on dlp.rule, dlp.document, dlp.fingerprint to pochtar_settings;
grant select on dlp.incident to pochtar_settings;
grant select on dlp.state, dlp.rule, dlp.document, dlp.fingerprint to "pochtar_filter-dlp";
-- Old ones are cleaned away by whoever writes them.
grant select, insert, delete on dlp.incident to "pochtar_filter-dlp";
-- Which addresses are of this server: that makes a mail incoming, outgoing or internal.
grant usage on schema directory to "pochtar_filter-dlp";
grant select (id, name) on directory.domain to "pochtar_filter-dlp";
