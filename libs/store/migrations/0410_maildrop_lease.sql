-- Which POP3 session has an account's maildrop to itself (RFC 1939 §3). A lease, so that a killed process blocks
-- nobody for longer than it lasts.
create table store.maildrop_lease (
  account_id bigint primary key,
  -- random, one a session
  holder uuid not null,
  until timestamptz not null
);
grant select, insert, update, delete on store.maildrop_lease to pochtar_pop3;
