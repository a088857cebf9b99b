-- What the edge and the mailboxes need of an account: who it is, what it logs in with, what it may keep. What people have
-- written about themselves is none of their business, and a column that comes later is not before somebody says so.
revoke select on directory.account from pochtar_smtp, pochtar_imap, pochtar_pop3;
grant select (id, domain_id, address, display_name, password_hash, enabled, quota_bytes, login_epoch)
  on directory.account to pochtar_smtp, pochtar_imap, pochtar_pop3;
