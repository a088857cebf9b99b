-- Who makes a notice now; null: nobody does. What a dead process had in hand is due at once, as with its leases.
alter table queue.owed_notice add column sender uuid;
create index owed_notice_sender on queue.owed_notice (sender) where sender is not null;
