-- The console asks what waits for a far side, and for a recipient's domain. Mail that is delivered here pays for neither.
create index recipient_destination on queue.recipient (lower(destination)) where route = 'remote';
create index recipient_remote_domain on queue.recipient (lower(split_part(address, '@', -1))) where route = 'remote';
