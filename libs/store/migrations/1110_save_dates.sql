-- When a message came into its mailbox (RFC 8514): by delivery, APPEND, COPY or MOVE, which all insert it. Null in older rows,
-- of which the internal date is the nearest that is known.
alter table store.message add column saved_at timestamptz;
alter table store.message alter column saved_at set default now();
