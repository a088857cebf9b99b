-- Delivery: who is due, and edits of a header that clients list.

-- Local recipients that wait (a full mailbox) become due like remote ones.
create index recipient_local_due on queue.recipient (due_at) where route = 'local' and due_at is not null;
-- Whose sender may have to be told of a delay: tried in vain, not told yet. Mail ids grow with time.
create index recipient_undelayed on queue.recipient (mail_id) where not delay_notified and attempt > 0;
-- A claim pushes due_at behind the lease, so a lease that ends makes its recipients due by itself.
comment on column queue.recipient.due_at is 'when the next attempt may start; while leased: when the lease ends; null: not before a person or a routing decides';

-- A verdict may edit a field that is listed (the subject): the texts kept beside the body follow it.
grant update (header, header_complete, envelope, message_id, sent_at) on store.content to pochtar_delivery;
-- A redirected mail may reach a recipient that ended before: the last outcome counts.
grant update (outcome, detail, ended_at, attempts) on trace.delivery to pochtar_delivery;
-- A person has let a quarantined mail go: its quarantine verdicts count as accepting.
alter table queue.mail add column released boolean not null default false;
