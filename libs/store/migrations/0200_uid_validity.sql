-- The last UIDVALIDITY that an account's mailboxes were given: a name that is used again gets a greater one,
-- whatever was deleted meanwhile. Creating, deleting and renaming lock this row first, then mailbox rows.
create table store.uid_validity (
  account_id bigint primary key,
  last bigint not null
);
grant select, insert, update on store.uid_validity to pochtar_imap;
grant select, insert, update, delete on store.uid_validity to pochtar_settings;
-- A statement that deletes by mailbox has to read the mailbox.
grant select on store.expunged to pochtar_settings;
