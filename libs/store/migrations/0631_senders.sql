-- Who holds a lease, and whether it lives: a process that sends says so every few seconds; the leases of one that
-- does not are ended by the others. One that hangs only, and comes back, finds its leases with somebody else.
create table queue.sender (
  -- random, drawn at each start
  id uuid primary key,
  beat_at timestamptz not null
);
grant select, insert, update, delete on queue.sender to pochtar_delivery;

alter table queue.recipient
  add column lease_sender uuid,
  -- the due time that the attempt under way answers; null: there is none
  add column planned_at timestamptz;
