-- How many mails a client's address has begun in a minute, and an account in an hour, over all smtp processes together.
-- Not logged: after a crash of Postgres the counting begins anew, which is cheaper than a flushed row a mail.
create unlogged table lists.sending_count (
  -- `address 192.0.2.1`, `account 17`
  subject text not null,
  -- the beginning of the minute or hour
  since timestamptz not null,
  mails int not null,
  primary key (subject, since)
);
create index sending_count_since on lists.sending_count (since);
grant select, insert, update, delete on lists.sending_count to pochtar_smtp;
