-- Where a search need not look (ADR 41): of a block of messages of a mailbox, which pieces of text each of them has. Made in the
-- background by delivery, read by imap; derived, so that a block that is missing costs a look at its messages and nothing else.
create table store.search_block (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null,
  -- Every message with a UID from first_uid to last_uid that was there is in it.
  first_uid bigint not null,
  last_uid bigint not null,
  version smallint not null,
  uids bytea not null,
  row_kinds bytea not null,
  slices_a_part int not null,
  unique (mailbox_id, first_uid)
);
-- Some bits of all rows of a block: as many slices of it as fit into a row that is not stored elsewhere.
create table store.search_slices (
  block_id bigint not null,
  part int not null,
  bits bytea not null,
  primary key (block_id, part)
);
alter table store.search_slices alter column bits set storage external;

grant select, insert, delete on store.search_block, store.search_slices to pochtar_delivery;
grant select on store.search_block, store.search_slices to pochtar_imap;
