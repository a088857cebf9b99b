-- The quarantine, newest first, however much else is held or waits.
create index mail_quarantined on queue.mail (id) where state = 'held' and held_by = 'filter';
