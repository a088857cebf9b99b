-- Why a revision was made, which revisions were saved together, and which secrets changed with them (their names only).
alter table settings.history
  add column comment text,
  add column change_id uuid,
  add column secrets text[] not null default '{}';
create index history_change on settings.history (change_id) where change_id is not null;
create index history_changed_at on settings.history (changed_at, section, revision);
