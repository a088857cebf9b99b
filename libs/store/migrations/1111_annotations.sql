-- What clients note of a mailbox, or of the account (mailbox_id null), under a name (METADATA, RFC 5464). Goes with what it
-- belongs to.
create table store.annotation (
  account_id bigint not null references directory.account on delete cascade,
  mailbox_id bigint references store.mailbox on delete cascade,
  -- in lower case, from /private or /shared on
  entry text not null,
  value bytea not null
);
create unique index annotation_entry on store.annotation (account_id, coalesce(mailbox_id, 0), entry);
create index annotation_mailbox on store.annotation (mailbox_id);
grant select, insert, update, delete on store.annotation to pochtar_imap;
