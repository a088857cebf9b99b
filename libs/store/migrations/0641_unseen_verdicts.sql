-- The filter let the mail through without having looked at its content: that content is never sent back.
alter table queue.verdict add column unseen boolean not null default false;

-- Of the original only the fields that identify it go back, since a filter on its slip has not passed its content.
alter table queue.owed_notice add column identifying_only boolean not null default true;
