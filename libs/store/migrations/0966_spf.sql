-- What SPF said of the sender during the dialogue (RFC 7208), so that it is asked once. Null: nobody had to know.
alter table queue.mail add column spf jsonb;
