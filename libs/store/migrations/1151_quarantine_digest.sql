-- Owners of mailboxes are told once a day what is held for them. Until when they have been, and what a process that has begun
-- to tell them tells: whoever goes on after it tells the same, so that nobody is told twice.
create table queue.quarantine_digest (
  is_only boolean primary key default true check (is_only),
  told_until timestamptz not null,
  telling_until timestamptz,
  claimed_at timestamptz
);
grant select, insert, update, delete on queue.quarantine_digest to pochtar_delivery;
