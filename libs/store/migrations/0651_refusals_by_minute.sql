-- A client that is refused a thousand times a second is one row a minute with a count. Rows from before count 1 each and
-- have no minute; sender and recipient are those of the first refusal.
alter table trace.refusal
  add column minute timestamptz,
  -- the address, of IPv6 its /64; '' where it is not known
  add column client_network text not null default '',
  add column count bigint not null default 1;
create unique index refusal_of_minute on trace.refusal (minute, client_network, md5(reply)) where minute is not null;
grant update (count) on trace.refusal to pochtar_delivery;
