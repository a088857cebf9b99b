-- A full mailbox is refused at RCPT: acceptance adds up what an account with a quota holds, and sees nothing else of it.
grant select (account_id, bytes) on store.mailbox to pochtar_smtp;
