-- What the greylist remembers (RFC 6647). Times are those of events, not of expiry: how long they count is a
-- setting, and a changed setting counts for rows that are there already.
create table lists.greylist (
  -- the client's /24 or /64
  network cidr not null,
  -- '' is the null reverse path
  sender text not null,
  recipient text not null,
  first_at timestamptz not null default now(),
  -- the last time it was let through; null: not yet
  passed_at timestamptz,
  primary key (network, sender, recipient)
);
create index greylist_used on lists.greylist (coalesce(passed_at, first_at));

-- Networks that passed with several senders are known as a whole.
create table lists.greylist_network (
  network cidr primary key,
  passed_at timestamptz not null default now()
);
create index greylist_network_used on lists.greylist_network (passed_at);

grant select, insert, update, delete on lists.greylist, lists.greylist_network to pochtar_filter;
