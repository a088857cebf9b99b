-- What tells this installation from every other: volumes carry its id (libs/store/src/blob/marks.ts).
create table store.installation (
  id uuid primary key default gen_random_uuid(),
  is_only boolean not null default true unique check (is_only)
);
insert into store.installation default values;
grant select on store.installation to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_settings, pochtar_tasks;

-- When the volume got its mark; from then on it is never used without. Whoever opens it first marks it.
alter table store.volume add column marked_at timestamptz;
grant update (marked_at) on store.volume to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3;
