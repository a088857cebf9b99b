-- The console asks what goes to a domain: of recipients that have no route yet too. What goes straight into a mailbox here
-- has one from the beginning and pays nothing.
create index recipient_unrouted_domain on queue.recipient (lower(split_part(address, '@', -1))) where route = 'unrouted';

-- A window of time is read by whole ranges of blocks: of 128 blocks, the default, six thousand rows were looked through for
-- fifty. A range that is full is summarised soon, or it would be read by every search until the next vacuum.
drop index trace.delivery_ended;
create index delivery_ended on trace.delivery using brin (ended_at) with (pages_per_range = 8, autosummarize = on);
drop index trace.refusal_at;
create index refusal_at on trace.refusal using brin (at) with (pages_per_range = 8, autosummarize = on);
