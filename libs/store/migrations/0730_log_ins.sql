-- Log-ins end when they should, and guessing is counted over all processes and protocols.

-- A session belongs to the epoch it was opened in: a new password and switching the account off begin the next one.
alter table directory.account add column login_epoch bigint not null default 1;

-- Failed log-ins of an address and of an account. Not logged: after a crash of Postgres the counting begins anew.
create unlogged table lists.login_failure (
  -- `address 192.0.2.1`, `address 2001:db8:1:2::/64`, `account anna@demo.test`
  subject text primary key,
  failures int not null,
  until timestamptz not null
);
create index login_failure_until on lists.login_failure (until);

-- From where an account has logged in with its password: guessing by others does not lock it out there.
create table lists.known_client (
  account text not null,
  client text not null,
  seen_at timestamptz not null default now(),
  primary key (account, client)
);
create index known_client_seen on lists.known_client (seen_at);

grant usage on schema lists to pochtar_imap, pochtar_pop3, pochtar_delivery;
grant select, insert, update on lists.login_failure, lists.known_client to pochtar_smtp, pochtar_imap, pochtar_pop3;
-- Delivery cleans up.
grant select, delete on lists.login_failure, lists.known_client to pochtar_delivery;
