-- The queue's tables turn over completely every few seconds under load: they are vacuumed by count, not by share,
-- so that an index never grows over rows that are long gone. The mailbox rows are updated in place (HOT).
alter table queue.mail set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
alter table queue.recipient set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
alter table queue.verdict set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
alter table store.mailbox set (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000);
