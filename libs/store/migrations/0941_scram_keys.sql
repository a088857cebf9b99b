-- RFC 5802 §3: what proves a password without it being sent: StoredKey and ServerKey, made while the password was at hand.
-- They count as long as the account has the very password hash they were made beside.
create table directory.scram_key (
  account_id bigint not null references directory.account on delete cascade,
  -- SHA-256 of directory.account.password_hash
  of_password bytea not null,
  salt bytea not null,
  iterations int not null,
  stored_key bytea not null,
  server_key bytea not null,
  primary key (account_id, of_password)
);
-- A log-in with a password makes keys where there are none; nobody but settings can change or remove some.
grant select, insert on directory.scram_key to pochtar_smtp, pochtar_imap, pochtar_pop3;
grant select, insert, delete on directory.scram_key to pochtar_settings;
