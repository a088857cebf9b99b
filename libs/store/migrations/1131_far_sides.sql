-- What all processes that send know of a far side: whether it was reached, since when it was not, whether a person has
-- paused it, and how much went there within this minute. A row that says nothing any more is removed.
create table queue.far_side (
  destination text primary key,
  -- A session came about: until then, and for as long as none did, one connection is enough to find out.
  reached_at timestamptz,
  failures int not null default 0,
  -- Nobody connects before.
  probe_at timestamptz,
  paused_at timestamptz,
  paused_by text,
  -- Mails that were begun within the minute.
  minute timestamptz,
  begun int not null default 0,
  touched_at timestamptz not null default now()
);
create index far_side_touched on queue.far_side (touched_at);
grant select, insert, update, delete on queue.far_side to pochtar_delivery;

-- Connections of all processes that send, from the claim to the end of the session; those of a process that died go with its
-- leases, or when their time is over.
create table queue.connection (
  destination text not null,
  lease uuid not null,
  sender uuid not null,
  until timestamptz not null,
  primary key (destination, lease)
);
grant select, insert, update, delete on queue.connection to pochtar_delivery;

-- What is due for a far side.
create index recipient_destination_due on queue.recipient (destination, due_at) where route = 'remote';
