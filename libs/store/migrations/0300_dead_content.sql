-- One row a reference that was given up, not one a content: a plain insert never waits for another session,
-- cannot deadlock, and starts the grace time anew. With one row a content, a reference given up while the
-- row is there would leave no trace: a copy made in those seconds could lose its body, or the body its collector.
alter table store.maybe_dead drop constraint maybe_dead_pkey;
alter table store.maybe_dead alter column content_id set not null;
create index maybe_dead_content on store.maybe_dead (content_id);

-- When a sealed pack was found to hold no content any more; it is removed an hour later.
alter table store.pack add column emptied_at timestamptz;
