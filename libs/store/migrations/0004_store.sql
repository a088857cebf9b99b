-- Where bodies lie, and the mailboxes. No foreign keys across accounts on the hot tables: they can be
-- distributed later without a redesign.
create table store.volume (
  id int generated always as identity primary key,
  name text not null unique,
  kind text not null check (kind in ('directory', 's3')),
  -- {path} or {endpoint, port, useSsl, bucket, region, accessKey}
  config jsonb not null,
  created_at timestamptz not null default now()
);

create table store.pack (
  id uuid primary key,
  volume_id int not null references store.volume,
  -- the random id of the process start that writes it
  writer uuid not null,
  size bigint not null default 0,
  sealed boolean not null default false,
  checksum bytea,
  created_at timestamptz not null default now(),
  sealed_at timestamptz
);
create index pack_open on store.pack (created_at) where not sealed;

-- One row a stored body. envelope, body_structure and header are byte strings (one char a byte).
create table store.content (
  id uuid primary key,
  pack_id uuid not null,
  pack_offset bigint not null,
  length bigint not null,
  sha256 bytea not null,
  header_length int not null,
  -- the fields clients list; `header_complete` is false when some did not fit
  header bytea not null,
  header_complete boolean not null,
  envelope text not null,
  body_structure text not null,
  parts text not null,
  message_id text,
  sent_at timestamptz,
  -- written by delivery when verdicts changed the header: bytes put in front, and [start, end) ranges left out
  prefix bytea,
  removed int8[],
  created_at timestamptz not null default now()
);
create index content_pack on store.content (pack_id);

-- A content nobody may refer to any more; deleted after the grace time if that is still so.
create table store.maybe_dead (
  content_id uuid primary key,
  since timestamptz not null default now()
);
create index maybe_dead_since on store.maybe_dead (since);

-- uid_next and mod_seq come from this row, which every change locks first and holds to the commit.
create table store.mailbox (
  id bigint generated always as identity primary key,
  account_id bigint not null,
  name text not null,
  uid_validity bigint not null,
  uid_next bigint not null default 1,
  mod_seq bigint not null default 1,
  exists_count int not null default 0,
  unseen_count int not null default 0,
  bytes bigint not null default 0,
  -- messages with a UID from here on are \Recent to the next session that selects the mailbox
  recent_uid bigint not null default 1,
  special_use text,
  expunged_floor bigint not null default 0,
  created_at timestamptz not null default now(),
  unique (account_id, name)
) with (fillfactor = 50);

create table store.subscription (
  account_id bigint not null,
  name text not null,
  primary key (account_id, name)
);

-- flags: bit 0 \Seen, 1 \Answered, 2 \Flagged, 3 \Deleted, 4 \Draft
create table store.message (
  mailbox_id bigint not null,
  uid bigint not null,
  mod_seq bigint not null,
  flags smallint not null default 0,
  keywords text[] not null default '{}',
  internal_date timestamptz not null,
  size bigint not null,
  content_id uuid not null,
  primary key (mailbox_id, uid)
) partition by hash (mailbox_id);
do $$ begin
  for i in 0..7 loop
    execute format('create table store.message_%s partition of store.message for values with (modulus 8, remainder %s) with (fillfactor = 90)', i, i);
  end loop;
end $$;
create index message_mod_seq on store.message (mailbox_id, mod_seq);
create index message_content on store.message (content_id);

create table store.expunged (
  mailbox_id bigint not null,
  uid bigint not null,
  mod_seq bigint not null,
  primary key (mailbox_id, uid)
);
create index expunged_mod_seq on store.expunged (mailbox_id, mod_seq);

grant select on store.volume to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_settings, pochtar_tasks;
grant insert, update, delete on store.volume to pochtar_settings, pochtar_tasks;
grant select, insert, update on store.pack to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_tasks;
grant select on store.pack to pochtar_pop3;
grant delete on store.pack to pochtar_tasks;
-- smtp inserts only; the id guards a repeated accept, so it may see that column (and no other).
grant insert on store.content to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap;
grant select (id) on store.content to pochtar_smtp;
grant select on store.content to pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_tasks;
grant update (prefix, removed) on store.content to pochtar_delivery;
grant update (pack_id, pack_offset), delete on store.content to pochtar_tasks;
grant select, insert on store.maybe_dead to pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_tasks;
grant delete on store.maybe_dead to pochtar_tasks;
grant select, insert, update, delete on store.mailbox, store.subscription, store.message, store.expunged to pochtar_imap;
grant select, insert, update on store.mailbox, store.message to pochtar_delivery;
grant select, update on store.mailbox to pochtar_pop3;
grant select, delete on store.message to pochtar_pop3;
grant insert on store.expunged to pochtar_pop3;
-- settings creates the folders of a new account, and removes those of a deleted one.
grant select, insert, update, delete on store.mailbox, store.subscription to pochtar_settings;
grant select, delete on store.message to pochtar_settings;
grant delete on store.expunged to pochtar_settings;
grant insert on store.maybe_dead to pochtar_settings;
grant select on store.mailbox, store.message to pochtar_tasks;
grant select, delete on store.expunged to pochtar_tasks;
